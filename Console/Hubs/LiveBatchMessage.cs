using Qmtl.Console.Live;

namespace Qmtl.Console.Hubs;

/// <summary>What the stream delivers at once, at most ten times a second. A batch without events is a sign of life.</summary>
public sealed record LiveBatchMessage
{
    /// <summary><c>journal:sequence</c> up to which everything was looked at: go on from here after a reconnect.</summary>
    public required string At { get; init; }

    /// <summary>The server's clock, milliseconds since 1970.</summary>
    public required long Now { get; init; }

    /// <summary>New events, oldest first.</summary>
    public IReadOnlyList<RowJson> Events { get; init; } = [];

    /// <summary>Events sent before that came once more or were seen in another source, as they are now.</summary>
    public IReadOnlyList<RowJson>? Changes { get; init; }

    /// <summary>Events before these that matched and were lost, because this subscriber was too slow.</summary>
    public long Dropped { get; init; }

    /// <summary><see cref="Dropped"/> by source and topic; null when nothing was lost.</summary>
    public IReadOnlyList<DroppedRow>? DroppedOf { get; init; }

    /// <summary>Events before these that the journal had forgotten; nobody knows whether they matched.</summary>
    public long Forgotten { get; init; }

    /// <summary>Why the stream does not go on from where the client said: what came before must be read anew. Null otherwise.</summary>
    public string? Reset { get; init; }

    /// <summary>Whether these events are older than the subscription.</summary>
    public bool IsBackfill { get; init; }

    /// <summary>Counters of each source and topic, about once a second; null otherwise.</summary>
    public IReadOnlyList<TopicRow>? Topics { get; init; }

    /// <summary>How each source is doing; with <see cref="Topics"/>.</summary>
    public IReadOnlyList<SourceRow>? Sources { get; init; }

    /// <summary>How full the journal is; with <see cref="Topics"/>, for readers of every world: it counts all events.</summary>
    public JournalRow? Journal { get; init; }
}

/// <summary>Events of a source and topic that this subscriber lost.</summary>
public sealed record DroppedRow(string Source, string? Topic, long Count);

/// <summary>Counters of a source and topic. Times are milliseconds since 1970, skew is in milliseconds.</summary>
public sealed record TopicRow(
    string Source, string? Topic, long Received, long Redelivered, long Folded, long Paired, long Quarantined, long Gaps, long WouldDrop,
    double PerSecond, long? LastReceivedAt, double? Skew, long? LagMessages)
{
    public static TopicRow Of(Qmtl.ControlBus.TopicStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new(
            status.Source, status.Topic, status.Received, status.Redelivered, status.Folded, status.Paired, status.Quarantined, status.Gaps, status.WouldDrop,
            status.PerSecond, status.LastReceivedAt?.ToUnixTimeMilliseconds(), status.Skew?.TotalMilliseconds, status.LagMessages);
    }
}
