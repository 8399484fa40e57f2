using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Normalising;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.ControlBus.InMemory;

/// <summary>The ControlBus inside one process: what is emitted or published here is delivered here.</summary>
public sealed class InProcessControlBus : IControlFeed, IControlEmitter, IControlPublisher
{
    private const string Source = "inprocess";
    private readonly LiveEngine _engine;
    private readonly ControlBusOptions _options;
    private readonly TimeProvider _time;

    /// <summary>A bus with a journal of its own.</summary>
    public InProcessControlBus(IOptions<ControlBusOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _engine) = (options.Value, time, new(options, time));
    }

    /// <summary>The journal behind it.</summary>
    public ILiveFeed Live => _engine;

    public ControlFeedStatus Status
    {
        get
        {
            var status = _engine.Status;
            return new(status.Received, status.LastReceivedAt, status.Subscribers);
        }
    }

    public IReadOnlyList<ControlEvent> Recent(int count) =>
        count <= 0 ? [] : [.. _engine.Query(LiveFilter.Everything, null, count).Events.Reverse().Select(each => each.Event)];

    /// <summary>The subscription is open when this returns, not only when the first batch is asked for: a snapshot read afterwards misses nothing.</summary>
    /// <exception cref="InvalidOperationException">As many subscriptions are open as the options allow.</exception>
    public IAsyncEnumerable<ControlBatch> SubscribeAsync(CancellationToken cancellation)
    {
        var subscription = _engine.Subscribe(LiveFilter.Everything, null);
        // Also when nobody ever reads it.
        var registration = cancellation.Register(subscription.Dispose);
        return ReadAsync(subscription, registration, cancellation);
    }

    public ValueTask EmitAsync(ControlEvent controlEvent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        cancellation.ThrowIfCancellationRequested();
        _engine.Take(
            Normaliser.Enrich(controlEvent) with
            {
                Source = Source,
                ReceivedAt = _time.GetUtcNow(),
                EventTimeSource = controlEvent.EventTime is null ? EventTimeSource.None : EventTimeSource.Data,
            },
            controlEvent.Key);
        return ValueTask.CompletedTask;
    }

    public ValueTask PublishAsync(ControlEvent controlEvent, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        ArgumentNullException.ThrowIfNull(ticket);
        ticket.Require(ControlOperations.KindOf(controlEvent.Type), controlEvent.Key, controlEvent.Key, _time.GetUtcNow());
        return EmitAsync(controlEvent, cancellation);
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
                batch = await subscription.ReadAsync(_options.BatchSize, either.Token);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            if (batch.Events.Count > 0) yield return new(batch.Events.Select(each => each.Event).ToArray(), batch.Dropped + batch.Forgotten);
        }
    }
}
