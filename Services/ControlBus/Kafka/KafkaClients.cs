using Confluent.Kafka;

namespace Qmtl.ControlBus.Kafka;

/// <summary>Makes the clients. What they say goes nowhere by itself: librdkafka would write it to the standard error stream.</summary>
internal static class KafkaClients
{
    // The client wants a group although nothing of it is used. A name of our own: in the Gateway's group we would take its messages.
    private static readonly string Group = $"qmtl-console-{Guid.NewGuid():N}";

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(3);

    public static IConsumer<byte[]?, byte[]?> Consumer(KafkaSettings settings, Action<Error> trouble, Action<ConsumerConfig>? tune = null)
    {
        var config = settings.Common(new ConsumerConfig
        {
            GroupId = Group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            // Where to go on after an offset that is not there any more is ours to say.
            AutoOffsetReset = AutoOffsetReset.Error,
            EnablePartitionEof = true,
        });
        tune?.Invoke(config);
        return new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler((_, error) => trouble(error))
            .SetLogHandler((_, _) => { })
            .SetKeyDeserializer(OrNull.Instance)
            .SetValueDeserializer(OrNull.Instance)
            .Build();
    }

    /// <summary>Asks for topics. A client of its own: one that hangs on another's handle polls it without a pause, and takes a whole core for that.</summary>
    public static IAdminClient Admin(KafkaSettings settings, Action<Error> trouble) => new AdminClientBuilder(settings.Common(new AdminClientConfig()))
        .SetErrorHandler((_, error) => trouble(error))
        .SetLogHandler((_, _) => { })
        .Build();

    /// <summary>
    /// Ends a client. Without closing it first, and now and then all the same after a topic was taken away, librdkafka waits for ever for a
    /// thread of its own: then it is left behind, so that nobody else waits. It ends with the process.
    /// </summary>
    public static void End(IConsumer<byte[]?, byte[]?> consumer) => EndInTime(() =>
    {
        try
        {
            consumer.Unassign();
            consumer.Close();
        }
        catch (KafkaException)
        {
            // What ends need not be told of.
        }

        consumer.Dispose();
    });

    /// <inheritdoc cref="End(IConsumer{byte[], byte[]})"/>
    public static void End(IClient client) => EndInTime(client.Dispose);

    private static void EndInTime(Action end) => Task.Factory.StartNew(end, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Wait(EndPatience);

    private sealed class OrNull : IDeserializer<byte[]?>
    {
        public static readonly OrNull Instance = new();

        public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : data.ToArray();
    }
}
