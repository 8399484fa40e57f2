using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Qmtl.ControlBus.Normalising;
using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Kafka;

/// <summary>
/// The thread that fetches. It alone touches the places of the partitions; the watch asks it to change them by <see cref="Do"/>, so that what was fetched
/// before a change never comes after it.
/// </summary>
internal sealed class KafkaReader : IDisposable
{
    private const int PollMilliseconds = 100;
    private const int Burst = 256;
    private static readonly TimeSpan LagInterval = TimeSpan.FromSeconds(1);

    private readonly IControlSink _sink;
    private readonly TimeProvider _time;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly ConcurrentQueue<(Action Change, TaskCompletionSource Done)> _changes = new();
    private readonly Dictionary<TopicPartition, KafkaLane> _assigned = [];
    private long _lagAt;

    public KafkaReader(KafkaSettings settings, IControlSink sink, TimeProvider time, Action<Error> trouble)
    {
        _sink = sink;
        _time = time;
        _consumer = KafkaClients.Consumer(settings, trouble, config =>
        {
            config.QueuedMinMessages = 100_000;
            config.QueuedMaxMessagesKbytes = 64 * 1024;
            config.FetchMinBytes = 1;
            config.FetchWaitMaxMs = 250;
            config.FetchErrorBackoffMs = 200;
        });
    }

    /// <summary>A partition cannot be fetched on: its place is out of range, or it is gone. It is not assigned any more.</summary>
    public required Action<KafkaLane, Error> Stopped { get; init; }

    /// <summary>Makes a change on the reading thread, and waits for it.</summary>
    public void Do(Action change, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _changes.Enqueue((change, done));
        done.Task.WaitAsync(cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Fetches a lane from an offset. On the reading thread only.</summary>
    public void Assign(KafkaLane lane, long offset)
    {
        Unassign(lane);
        lane.Next = offset;
        _consumer.IncrementalAssign([lane.At(offset)]);
        _assigned[lane.Place] = lane;
        lane.IsAssigned = true;
    }

    /// <summary>Stops to fetch a lane; what was fetched and not handed over is forgotten. On the reading thread only.</summary>
    public void Unassign(KafkaLane lane)
    {
        if (!lane.IsAssigned) return;
        _consumer.IncrementalUnassign([lane.Place]);
        _assigned.Remove(lane.Place);
        lane.IsAssigned = false;
    }

    /// <summary>Reads until cancelled.</summary>
    public void Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            while (_changes.TryDequeue(out var each)) Run(each.Change, each.Done);
            // The clock is asked now and then, not for each of a hundred thousand messages a second.
            // Only the first of a burst is waited for: a wait asks the clock several times.
            for (var read = 0; read < Burst && ReadOne(read == 0 ? PollMilliseconds : 0); read++) { }
            if (_time.GetElapsedTime(_lagAt) >= LagInterval) TellLag();
        }
    }

    public void Dispose() => KafkaClients.End(_consumer);

    private static void Run(Action change, TaskCompletionSource done)
    {
        try
        {
            change();
            done.TrySetResult();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It is whoever asked who must know.
            done.TrySetException(exception);
        }
    }

    /// <summary>Whether there may be more at once.</summary>
    private bool ReadOne(int milliseconds)
    {
        try
        {
            if (_consumer.Consume(milliseconds) is not { } read) return false;
            if (!_assigned.TryGetValue(read.TopicPartition, out var lane)) return true;
            if (!read.IsPartitionEOF) Take(lane, read);
            // At its end also markers of transactions were passed, which are no messages.
            else if (read.Offset.Value > lane.Next) lane.Next = read.Offset.Value;
            return !read.IsPartitionEOF;
        }
        catch (ConsumeException exception) when (exception.ConsumerRecord?.TopicPartition is { Topic: not null } place && _assigned.TryGetValue(place, out var stopped))
        {
            if (!IsFinal(exception.Error)) return false;
            Unassign(stopped);
            Stopped(stopped, exception.Error);
            return false;
        }
        catch (ConsumeException)
        {
            // Of no partition: the broker is away or the group may not be asked for. The watch tells what matters of it.
            return false;
        }
    }

    private static bool IsFinal(Error error) => error.Code is
        ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic
        or ErrorCode.TopicAuthorizationFailed or ErrorCode.TopicException;

    private void Take(KafkaLane lane, ConsumeResult<byte[]?, byte[]?> read)
    {
        var message = read.Message;
        var offset = read.Offset.Value;
        // A marker of its place first: also when the rest fails, it is not read for ever.
        lane.Next = offset + 1;
        lane.Last = Witness.Of(read);
        lane.Anchor ??= lane.Last;
        var position = string.Create(CultureInfo.InvariantCulture, $"{read.Partition.Value}:{offset}");
        var key = message.Key is null ? null : Encoding.UTF8.GetString(message.Key);
        var raw = new RawMessage
        {
            Source = ControlSources.Kafka,
            Topic = read.Topic,
            Position = position,
            Key = key,
            Value = message.Value,
            Headers = message.Headers is { Count: > 0 } headers ? Texts(headers) : null,
            BrokerTime = lane.Last.Time,
            ReceivedAt = _time.GetUtcNow(),
        };
        if (message.Value is null) _sink.Refuse(Normaliser.Malformed(raw, "The message has no value: a tombstone, which tells Kafka to forget the key."));
        else _sink.Take(raw);
    }

    private static Dictionary<string, string> Texts(Headers headers)
    {
        var texts = new Dictionary<string, string>(headers.Count, StringComparer.Ordinal);
        foreach (var header in headers) if (header.GetValueBytes() is { } value) texts[header.Key] = Encoding.UTF8.GetString(value);
        return texts;
    }

    /// <summary>Messages that the brokers hold and that did not come yet, from what the newest answers said.</summary>
    private void TellLag()
    {
        _lagAt = _time.GetTimestamp();
        foreach (var topic in _assigned.Values.GroupBy(lane => lane.Place.Topic))
        {
            long? lag = 0;
            foreach (var lane in topic)
            {
                var high = _consumer.GetWatermarkOffsets(lane.Place).High;
                // Before the first answer nobody knows.
                lag = high.IsSpecial || lag is null ? null : lag + Math.Max(0, high.Value - lane.Next);
            }

            _sink.Lag(topic.Key, lag);
        }
    }
}
