using Confluent.Kafka;

namespace Qmtl.ControlBus.Kafka;

/// <summary>One partition of a topic, and where we are in it. Written by the reading thread alone.</summary>
internal sealed class KafkaLane(string topic, int partition)
{
    private long _next;
    private Witness? _last;

    public TopicPartition Place { get; } = new(topic, partition);

    /// <summary>The offset that is read next.</summary>
    public long Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>The message that was read last, so that a topic made anew is told from the one that we know: at that offset it holds another.</summary>
    public Witness? Last
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>Whether the reader fetches it now.</summary>
    public bool IsAssigned { get; set; }

    public TopicPartitionOffset At(long offset) => new(Place, new Offset(offset));
}

/// <param name="Value">The bytes, shared with the journal.</param>
internal sealed record Witness(long Offset, long Time, byte[] Value)
{
    public bool Equals(ConsumeResult<byte[]?, byte[]?> read) =>
        read.Offset.Value == Offset && read.Message.Timestamp.UnixTimestampMs == Time && (read.Message.Value ?? []).AsSpan().SequenceEqual(Value);
}
