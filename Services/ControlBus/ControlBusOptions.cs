using System.ComponentModel.DataAnnotations;

namespace Qmtl.ControlBus;

/// <summary>Bounds of the bus in this process.</summary>
public sealed class ControlBusOptions
{
    /// <summary>Events the journal keeps; older ones are forgotten.</summary>
    [Range(1, 1_000_000)]
    public int JournalCapacity { get; set; } = 200_000;

    /// <summary>Bytes of events that the journal keeps; older ones are forgotten.</summary>
    [Range(1, long.MaxValue)]
    public long JournalBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>How far a subscriber may be behind; then its oldest are dropped and counted. They lie in the journal: a subscriber holds none itself.</summary>
    [Range(1, 1_000_000)]
    public int SubscriberCapacity { get; set; } = 50_000;

    /// <summary>Most events in one <see cref="Shared.Control.ControlBatch"/>.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 256;

    /// <summary>Most open subscriptions; a further one is refused.</summary>
    [Range(1, 100_000)]
    public int MaxSubscribers { get; set; } = 2_000;

    /// <summary>Keys that are compared with their latest event.</summary>
    [Range(1, 10_000_000)]
    public int MaxKeys { get; set; } = 100_000;

    /// <summary>Deliveries of a Gateway that are remembered, so that the same one on two sockets counts once.</summary>
    [Range(1, 1_000_000)]
    public int DeliveryWindow { get; set; } = 10_000;

    /// <summary>How long an event waits for the same one from another source.</summary>
    public TimeSpan PairingWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Events that wait for a pair, at most.</summary>
    [Range(1, 1_000_000)]
    public int MaxPairing { get; set; } = 50_000;

    /// <summary>Whether pairing is prepared before a second source has delivered anything: set when several sources are configured.</summary>
    public bool PairFromStart { get; set; }

    /// <summary>Changes of events that came before (came again, seen elsewhere) that a slow reader can still be told.</summary>
    [Range(1, 1_000_000)]
    public int ChangeCapacity { get; set; } = 10_000;

    /// <summary>Messages that are no events and are kept for looking at.</summary>
    [Range(1, 100_000)]
    public int QuarantineCapacity { get; set; } = 200;

    /// <summary>Sources, topics and worlds that are counted apart.</summary>
    [Range(1, 1_000_000)]
    public int MaxCounters { get; set; } = 10_000;
}
