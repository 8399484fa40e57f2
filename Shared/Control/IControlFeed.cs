using Qmtl.Shared.Rail;

namespace Qmtl.Shared.Control;

/// <summary>Reads control events. Register first, snapshot second, de-duplicate third.</summary>
public interface IControlFeed
{
    /// <summary>The newest events, oldest first, at most <paramref name="count"/>.</summary>
    IReadOnlyList<ControlEvent> Recent(int count);

    /// <summary>
    /// Streams events from now on. A subscriber that is slower than the bus loses its oldest events; <see cref="ControlBatch.Dropped"/> tells how many.
    /// </summary>
    IAsyncEnumerable<ControlBatch> SubscribeAsync(CancellationToken cancellation);

    /// <summary>Counters since the start of the process.</summary>
    ControlFeedStatus Status { get; }
}

/// <summary>Events delivered together, with the number that this subscriber lost before them.</summary>
public sealed record ControlBatch(IReadOnlyList<ControlEvent> Events, long Dropped);

/// <summary>What the feed has seen.</summary>
/// <param name="Received">Events since start.</param>
/// <param name="LastReceivedAt">Receive time of the newest, or null when there was none.</param>
/// <param name="Subscribers">Open subscriptions.</param>
public sealed record ControlFeedStatus(long Received, DateTimeOffset? LastReceivedAt, int Subscribers);

/// <summary>What our QMTL services send by themselves (a machine edge): only DagManager, WorldService, Gateway and Sandbox take it.</summary>
public interface IControlEmitter
{
    ValueTask EmitAsync(ControlEvent controlEvent, CancellationToken cancellation);
}

/// <summary>What an operator sends. Rides the rail.</summary>
public interface IControlPublisher
{
    /// <exception cref="RailTicketRefusedException">The ticket does not cover this event.</exception>
    ValueTask PublishAsync(ControlEvent controlEvent, RailTicket ticket, CancellationToken cancellation);
}
