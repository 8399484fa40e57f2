namespace Qmtl.ControlBus;

/// <summary>A message as a transport delivered it, before anybody has looked into it.</summary>
public sealed record RawMessage
{
    /// <summary>Which source: <c>kafka</c>, <c>gateway</c>, <c>redis</c> or <c>inprocess</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Kafka topic, Redis stream without its prefix; null where the transport has none, as on the Gateway's WebSocket.</summary>
    public string? Topic { get; init; }

    /// <summary>Where it stood: <c>partition:offset</c>, a stream id; null where the transport has no positions.</summary>
    public string? Position { get; init; }

    /// <summary>The transport's key; null when there is none.</summary>
    public string? Key { get; init; }

    /// <summary>The bytes, exactly. The array is not written to afterwards.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Headers by name; the older generation looks for <c>etag</c> and <c>run_id</c> there.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The broker's time, UTC; null when it gives none. The time at which a relay passed a message on is not one.</summary>
    public DateTimeOffset? BrokerTime { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
}

/// <summary>A message that is not a control event. Kept with its first bytes, counted, and the stream goes on.</summary>
/// <param name="Reason">What is wrong and where, for people.</param>
/// <param name="FirstBytes">At most 64 KiB.</param>
/// <param name="Length">Bytes of the whole message.</param>
/// <param name="Sha256">Of the whole message, lower-case hex.</param>
public sealed record Quarantined(
    string Source, string? Topic, string? Position, string? Key, DateTimeOffset ReceivedAt, string Reason, ReadOnlyMemory<byte> FirstBytes, long Length, string Sha256)
{
    /// <summary>The broker's time, UTC; null when it gives none.</summary>
    public DateTimeOffset? BrokerTime { get; init; }
}
