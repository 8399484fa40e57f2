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

    public TimeSpan StartBack { get; init; } = TimeSpan.FromMinutes(15);

    public override IControlSource Create(LiveEngine engine, TimeProvider time) => Source(server.Address, Topic, time, StartBack);

    public static IControlSource Source(string address, string topic, TimeProvider time, TimeSpan? startBack = null) => new KafkaControlSource(
        new()
        {
            Brokers = [address],
            Topics = [topic],
            TopicsAreNamed = true,
            StartBack = startBack ?? TimeSpan.FromMinutes(15),
            MetadataInterval = TimeSpan.FromMilliseconds(500),
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
