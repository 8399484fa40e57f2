using System.Threading.Channels;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.InMemory;

/// <summary>
/// One subscriber's bounded queue. What it lost is told from the gap in the sequence numbers, so the count is exact and stands before
/// the first event after the gap.
/// </summary>
internal sealed class Subscription : IAsyncEnumerable<ControlBatch>
{
    private readonly Channel<ControlEvent> _channel;
    private readonly int _batchSize;
    private readonly Action<Subscription> _remove;
    private readonly CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;
    private long _next;
    private int _enumerated;

    public Subscription(int capacity, int batchSize, long next, Action<Subscription> remove, CancellationToken cancellation)
    {
        _channel = Channel.CreateBounded<ControlEvent>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });
        _batchSize = batchSize;
        _next = next;
        _remove = remove;
        _cancellation = cancellation;
    }

    /// <summary>Ends the subscription with its token, also when nobody ever reads it.</summary>
    public void CloseOnCancellation() => _registration = _cancellation.Register(Close);

    public void Offer(ControlEvent controlEvent) => _channel.Writer.TryWrite(controlEvent);

    public async IAsyncEnumerator<ControlBatch> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _enumerated, 1) != 0)
        {
            throw new InvalidOperationException("A subscription is read once. Subscribe again.");
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cancellation, cancellationToken);
        try
        {
            ControlEvent? held = null;
            while (held is not null || await WaitAsync(either.Token))
            {
                var events = new List<ControlEvent>();
                var dropped = 0L;
                while (events.Count < _batchSize && (held is not null || _channel.Reader.TryRead(out held)))
                {
                    var gap = held.Sequence - _next;
                    if (gap > 0 && events.Count > 0) break; // The gap belongs in front of the next batch.
                    dropped += gap;
                    _next = held.Sequence + 1;
                    events.Add(held);
                    held = null;
                }

                if (events.Count > 0) yield return new ControlBatch(events, dropped);
            }
        }
        finally
        {
            Close();
        }
    }

    /// <summary>False when the subscription ended.</summary>
    private async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            return await _channel.Reader.WaitToReadAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Close()
    {
        _remove(this);
        _channel.Writer.TryComplete();
        _registration.Unregister();
    }
}
