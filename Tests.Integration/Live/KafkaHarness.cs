using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Qmtl.ControlBus.Kafka;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live;

/// <summary>One topic of the real broker.</summary>
internal sealed class KafkaHarness(KafkaServer server) : TopicHarness
{
    public int Partitions { get; init; } = 1;

    /// <summary>Between two looks at the topics, where the test does not wait for none.</summary>
    public static TimeSpan OftenEnough { get; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan MetadataInterval { get; init; } = OftenEnough;

    public override IControlSource Create(LiveEngine engine, TimeProvider time) => Source(server.Address, Topic, time, MetadataInterval);

    public static IControlSource Source(string address, string topic, TimeProvider time, TimeSpan? metadataInterval = null) => new KafkaControlSource(
        new()
        {
            Brokers = [address],
            Topics = [topic],
            TopicsAreNamed = true,
            StartBack = TimeSpan.FromMinutes(15),
            MetadataInterval = metadataInterval ?? OftenEnough,
            Patience = TimeSpan.FromSeconds(2),
        },
        time,
        NullLogger<KafkaControlSource>.Instance);

    public override Task PutAsync(string? key, ReadOnlyMemory<byte> value) => server.PutAsync(Topic, key is null ? null : Encoding.UTF8.GetBytes(key), value.ToArray());

    public override Task KillAsync() => server.KillAsync();

    public override Task StartAsync() => server.StartAsync();

    public override Task DropTopicAsync() => server.DropTopicAsync(Topic);

    public override Task MakeTopicAsync() => server.MakeTopicAsync(Topic, Partitions);
}
