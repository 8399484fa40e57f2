using Confluent.Kafka;

namespace Qmtl.ControlBus.Kafka;

/// <summary>One partition of a topic, and where we are in it. Written by the reading thread alone.</summary>
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

    /// <summary>The message that was read last.</summary>
    public Witness? Last
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>
    /// The message that was read last when the topic was looked at before, or the first one: a topic that is made anew between two looks and already longer than
    /// our place is fetched on without a word, and then <see cref="Last"/> is one of its own.
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

/// <summary>A message that was read: a topic made anew holds another at its offset.</summary>
/// <param name="Value">The bytes, shared with the journal.</param>
internal sealed record Witness(long Offset, long Time, byte[] Value)
{
    public bool Equals(ConsumeResult<byte[]?, byte[]?> read) =>
        read.Offset.Value == Offset && read.Message.Timestamp.UnixTimestampMs == Time && (read.Message.Value ?? []).AsSpan().SequenceEqual(Value);
}
