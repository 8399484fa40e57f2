using Confluent.Kafka;

namespace Qmtl.ControlBus.Kafka;

/// <summary>Asks the brokers, on a client of its own, so that fetching is not disturbed. Every question waits no longer than the settings allow.</summary>
internal sealed class KafkaProbe : IDisposable
{
    private readonly KafkaSettings _settings;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly IAdminClient _admin;

    public KafkaProbe(KafkaSettings settings, Action<Error> trouble)
    {
        _settings = settings;
        _consumer = KafkaClients.Consumer(settings, trouble, config =>
        {
            // Single messages are looked at: nothing is fetched ahead.
            config.QueuedMinMessages = 1;
            config.QueuedMaxMessagesKbytes = 1024;
            config.MaxPartitionFetchBytes = 1024;
            config.FetchWaitMaxMs = 100;
        });
        _admin = KafkaClients.Admin(settings, trouble);
    }

    /// <summary>The partitions of a topic, by number; null when there is no such topic.</summary>
    /// <exception cref="KafkaException">No broker answers, or it does not say.</exception>
    public IReadOnlyList<int>? Partitions(string topic)
    {
        // Serves the client's own errors, which tell why nobody answers.
        ReadOne(0);
        var found = _admin.GetMetadata(topic, _settings.Patience).Topics.SingleOrDefault(each => each.Topic == topic);
        if (found is null || found.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic) return null;
        if (found.Error.IsError) throw new TopicException(found.Error);
        if (found.Partitions.Find(partition => partition.Leader < 0) is { } headless) throw new TopicException(new(ErrorCode.LeaderNotAvailable, $"partition {headless.PartitionId} has no leader now"));
        return [.. found.Partitions.Select(partition => partition.PartitionId).Order()];
    }

    /// <summary>The first offset that is held, and the one after the last.</summary>
    public (long Low, long High) Range(TopicPartition place)
    {
        try
        {
            var range = _consumer.QueryWatermarkOffsets(place, _settings.Patience);
            return (range.Low.Value, range.High.Value);
        }
        catch (KafkaException exception) when (exception.Error.Code is
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition or ErrorCode.TopicAuthorizationFailed)
        {
            throw new TopicException(exception.Error);
        }
    }

    /// <summary>The first offset whose message is not older; null when there is none.</summary>
    public long? Since(TopicPartition place, DateTimeOffset since)
    {
        var found = _consumer.OffsetsForTimes([new(place, new Timestamp(since.ToUnixTimeMilliseconds(), TimestampType.CreateTime))], _settings.Patience).Single();
        return found.Offset.IsSpecial ? null : found.Offset.Value;
    }

    /// <summary>What is read at each of these offsets: the message there, the next one that is held, or the end. What the brokers did not give in time is left out.</summary>
    public IReadOnlyDictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> Read(IReadOnlyCollection<TopicPartitionOffset> places)
    {
        var found = new Dictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>>();
        if (places.Count == 0) return found;
        var asked = places.Select(place => place.TopicPartition).ToHashSet();
        _consumer.Assign(places);
        try
        {
            var until = Environment.TickCount64 + (long)_settings.Patience.TotalMilliseconds;
            while (found.Count < asked.Count && Environment.TickCount64 < until)
            {
                if (ReadOne(100) is { } read && asked.Contains(read.TopicPartition)) found.TryAdd(read.TopicPartition, read);
            }
        }
        finally
        {
            _consumer.Unassign();
        }

        return found;
    }

    public void Dispose()
    {
        KafkaClients.End(_admin);
        KafkaClients.End(_consumer);
    }

    private ConsumeResult<byte[]?, byte[]?>? ReadOne(int milliseconds)
    {
        try
        {
            return _consumer.Consume(milliseconds);
        }
        catch (ConsumeException)
        {
            // Out of range or gone: what the watch asks besides tells which.
            return null;
        }
    }
}

/// <summary>The brokers answer, but not about this topic.</summary>
internal sealed class TopicException(Error error) : Exception(error.Reason);
