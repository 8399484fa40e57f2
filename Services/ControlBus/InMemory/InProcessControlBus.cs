using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus.Journal;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.ControlBus.InMemory;

/// <summary>
/// The ControlBus inside one process: numbers events, keeps the newest in a journal and fans them out. A slow subscriber loses its own
/// oldest events and never delays the sender or the others.
/// </summary>
public sealed class InProcessControlBus(IOptions<ControlBusOptions> options, TimeProvider time)
    : IControlFeed, IControlEmitter, IControlPublisher
{
    private readonly ControlBusOptions _options = options.Value;
    private readonly EventJournal _journal = new(options.Value.JournalCapacity, options.Value.JournalBytes);
    private readonly Lock _gate = new();
    private ImmutableList<Subscription> _subscriptions = [];
    private long _sequence;
    private DateTimeOffset? _lastReceivedAt;

    public ControlFeedStatus Status
    {
        get
        {
            lock (_gate) return new ControlFeedStatus(_sequence, _lastReceivedAt, _subscriptions.Count);
        }
    }

    public IReadOnlyList<ControlEvent> Recent(int count)
    {
        lock (_gate) return _journal.Tail(count);
    }

    /// <summary>The subscription is open when this returns, not only when the first batch is asked for: a snapshot read afterwards misses nothing.</summary>
    /// <exception cref="InvalidOperationException">As many subscriptions are open as the options allow.</exception>
    public IAsyncEnumerable<ControlBatch> SubscribeAsync(CancellationToken cancellation)
    {
        Subscription subscription;
        lock (_gate)
        {
            if (_subscriptions.Count >= _options.MaxSubscribers)
            {
                throw new InvalidOperationException(
                    $"{_subscriptions.Count} subscriptions to the ControlBus are open, as many as allowed. Close pages or clients that are not needed.");
            }

            subscription = new Subscription(_options.SubscriberCapacity, _options.BatchSize, _sequence + 1, Remove, cancellation);
            _subscriptions = _subscriptions.Add(subscription);
        }

        // Outside the lock: an already cancelled token calls Remove at once.
        subscription.CloseOnCancellation();
        return subscription;
    }

    public ValueTask EmitAsync(ControlEvent controlEvent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var numbered = controlEvent with { Sequence = ++_sequence, ReceivedAt = now };
            _lastReceivedAt = now;
            _journal.Add(numbered);
            foreach (var subscription in _subscriptions) subscription.Offer(numbered);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask PublishAsync(ControlEvent controlEvent, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        ArgumentNullException.ThrowIfNull(ticket);
        ticket.Require(ControlOperations.KindOf(controlEvent.Type), controlEvent.Key, controlEvent.Key, time.GetUtcNow());
        return EmitAsync(controlEvent, cancellation);
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate) _subscriptions = _subscriptions.Remove(subscription);
    }
}
