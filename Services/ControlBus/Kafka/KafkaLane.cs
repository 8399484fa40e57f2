using Confluent.Kafka;

namespace Qmtl.ControlBus.Kafka;

/// <summary>One partition of a topic, and where we are in it. Its places are written by the reading thread alone.</summary>
internal sealed class KafkaLane(string topic, int partition)
{
    private long _next;
    private Witness? _last;
    private Witness? _anchor;

    public TopicPartition Place { get; } = new(topic, partition);

    /// <summary>The offset that is read next.</summary>
    public long Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>The message that was read last; null before the first.</summary>
    public Witness? Last
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>
    /// A message of the topic that we know: the newest one that had been read when it was looked at before. A topic that is made anew between two looks and
    /// soon longer than our place is fetched on without a word, and then <see cref="Last"/> is one of its own.
    /// </summary>
    public Witness? Anchor
    {
        get => Volatile.Read(ref _anchor);
        set => Volatile.Write(ref _anchor, value);
    }

    /// <summary>Whether the reader fetches it now.</summary>
    public bool IsAssigned { get; set; }

    public TopicPartitionOffset At(long offset) => new(Place, new Offset(offset));
}

/// <summary>A message of a topic: one that was made anew holds another at its offset.</summary>
/// <param name="Time">The broker's, UTC; null when it gave none.</param>
/// <param name="Value">The bytes, shared with the journal; null when only the time is known, from a journal before a restart.</param>
internal sealed record Witness(long Offset, DateTimeOffset? Time, byte[]? Value)
{
    public static Witness Of(ConsumeResult<byte[]?, byte[]?> read) => new(read.Offset.Value, TimeOf(read.Message.Timestamp), read.Message.Value ?? []);

    /// <summary>Whether it is what stands there; null when nothing else stands there, or when too little is known of it.</summary>
    public bool? IsThis(ConsumeResult<byte[]?, byte[]?> read)
    {
        if (read.IsPartitionEOF || read.Offset.Value != Offset) return null;
        if (Value is null) return Time is null ? null : Time == TimeOf(read.Message.Timestamp);
        return Time == TimeOf(read.Message.Timestamp) && Value.AsSpan().SequenceEqual(read.Message.Value ?? []);
    }

    /// <summary>A time that no calendar has is none.</summary>
    public static DateTimeOffset? TimeOf(Timestamp timestamp) => timestamp is { Type: not TimestampType.NotAvailable, UnixTimestampMs: >= 0 and <= 253_402_300_799_999 and var time }
        ? DateTimeOffset.FromUnixTimeMilliseconds(time)
        : null;
}
