namespace Qmtl.Shared.Control;

/// <summary>A control event in one shape, whatever source and generation it came from.</summary>
public sealed record ControlEvent
{
    /// <summary>Position in this process's feed, from 1, without gaps.</summary>
    public long Sequence { get; init; }

    /// <summary>Type, snake case: <c>queue_updated</c>, <c>sentinel_weight_updated</c>, <c>activation_updated</c>, <c>policy_updated</c>, …</summary>
    public required string Type { get; init; }

    /// <summary>What it is about; events of one key are ordered.</summary>
    public required string Key { get; init; }

    /// <summary>World, or null when the event names none.</summary>
    public string? WorldId { get; init; }

    /// <summary>Time the producer gave it, UTC; null when it gave none.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>Time it was received here, UTC.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Source that delivered it: <c>inprocess</c>, <c>kafka</c>, <c>gateway</c>, <c>redis</c>.</summary>
    public string Source { get; init; } = "inprocess";

    public string? Etag { get; init; }

    /// <summary>The payload as JSON text.</summary>
    public required string DataJson { get; init; }
}
