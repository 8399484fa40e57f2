using System.Text;

namespace Qmtl.Shared.Control;

/// <summary>Which clock an event's time is of.</summary>
public enum EventTimeSource
{
    /// <summary>Nothing gave a time.</summary>
    None,

    /// <summary><c>data.ts</c>: the producer's.</summary>
    Data,

    /// <summary>The CloudEvent's <c>time</c>, where its producer wrote it.</summary>
    Envelope,

    /// <summary>The broker's.</summary>
    Broker,
}

/// <summary>A control event in one shape, whatever source and generation it came from.</summary>
public sealed record ControlEvent
{
    /// <summary>Position in this process's feed, from 1, without gaps.</summary>
    public long Sequence { get; init; }

    /// <summary>Type, snake case: <c>queue_updated</c>, <c>sentinel_weight_updated</c>, <c>activation_updated</c>, <c>policy_updated</c>, …; unknown ones as delivered.</summary>
    public required string Type { get; init; }

    /// <summary>The type as it was delivered when that differs, for instance <c>sentinel_weight</c>; null otherwise.</summary>
    public string? DeliveredType { get; init; }

    /// <summary>What it is about; events of one key are ordered.</summary>
    public required string Key { get; init; }

    /// <summary>World, or null when the event names none.</summary>
    public string? WorldId { get; init; }

    /// <summary>Strategy, or null when the event names none.</summary>
    public string? StrategyId { get; init; }

    /// <summary>Tags of queue events; empty otherwise.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Time the producer gave it, UTC; null when it gave none.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>Which clock <see cref="EventTime"/> is of.</summary>
    public EventTimeSource EventTimeSource { get; init; }

    /// <summary>The broker's own time, UTC, also where <see cref="EventTime"/> is of another clock; null where it gives none.</summary>
    public DateTimeOffset? BrokerTime { get; init; }

    /// <summary>Time it was received here, UTC.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Receive time − event time; null without an event time. Negative when the producer's clock is ahead.</summary>
    public TimeSpan? Skew => ReceivedAt - EventTime;

    /// <summary>Source that delivered it: <c>inprocess</c>, <c>kafka</c>, <c>gateway</c>, <c>redis</c>.</summary>
    public string Source { get; init; } = "inprocess";

    /// <summary>Topic or stream that it came by; null where the source has none.</summary>
    public string? Topic { get; init; }

    /// <summary>Where it stood in its source; null where the source has no positions.</summary>
    public string? Position { get; init; }

    /// <summary>The CloudEvent's id; null for bare payloads.</summary>
    public string? EnvelopeId { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>The Gateway's <c>seq_no</c>. It counts all of its topics: on a filtered socket a gap proves nothing.</summary>
    public long? GatewaySequence { get; init; }

    public string? Etag { get; init; }

    public string? RunId { get; init; }

    /// <summary><c>data.sequence</c> of a two-phase apply; null otherwise.</summary>
    public long? RunSequence { get; init; }

    /// <summary>What is odd about it, in words; empty when nothing is.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The payload, UTF-8 JSON, exactly as delivered.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The payload as text.</summary>
    public string DataJson => Encoding.UTF8.GetString(Data.Span);
}
