using System.ComponentModel.DataAnnotations;

namespace Qmtl.ControlBus;

/// <summary>Bounds of the bus in this process.</summary>
public sealed class ControlBusOptions
{
    /// <summary>Events the journal keeps; older ones are forgotten.</summary>
    [Range(1, 1_000_000)]
    public int JournalCapacity { get; set; } = 10_000;

    /// <summary>Events that wait for one subscriber; then its oldest are dropped and counted.</summary>
    [Range(1, 100_000)]
    public int SubscriberCapacity { get; set; } = 1_000;

    /// <summary>Most events in one <see cref="Shared.Control.ControlBatch"/>.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 256;

    /// <summary>Most open subscriptions; a further one is refused.</summary>
    [Range(1, 100_000)]
    public int MaxSubscribers { get; set; } = 2_000;
}
