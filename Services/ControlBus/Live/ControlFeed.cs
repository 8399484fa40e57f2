using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Live;

/// <summary>The journal as a plain stream of events, for services that know no filters.</summary>
internal sealed class ControlFeed(LiveEngine engine, IOptions<ControlBusOptions> options) : IControlFeed
{
    public ControlFeedStatus Status
    {
        get
        {
            var status = engine.Status;
            return new(status.Received, status.LastReceivedAt, status.Subscribers);
        }
    }

    public IReadOnlyList<ControlEvent> Recent(int count) =>
        count <= 0 ? [] : [.. engine.Query(LiveFilter.Everything, null, count).Events.Reverse().Select(each => each.Event)];

    /// <summary>The subscription is open when this returns, not only when the first batch is asked for: a snapshot read afterwards misses nothing.</summary>
    /// <exception cref="InvalidOperationException">As many subscriptions are open as the options allow.</exception>
    public IAsyncEnumerable<ControlBatch> SubscribeAsync(CancellationToken cancellation)
    {
        var subscription = engine.Subscribe(LiveFilter.Everything, null);
        // Also when nobody ever reads it.
        var registration = cancellation.Register(subscription.Dispose);
        return ReadAsync(subscription, registration, cancellation);
    }

    private async IAsyncEnumerable<ControlBatch> ReadAsync(
        ILiveSubscription subscription, CancellationTokenRegistration registration, CancellationToken cancellation, [EnumeratorCancellation] CancellationToken ofReader = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, ofReader);
        await using var ended = registration;
        using var open = subscription;
        while (!either.IsCancellationRequested)
        {
            LiveBatch batch;
            try
            {
                batch = await subscription.ReadAsync(options.Value.BatchSize, either.Token);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            if (batch.Events.Count > 0) yield return new(batch.Events.Select(each => each.Event).ToArray(), batch.Dropped + batch.Forgotten);
        }
    }
}
