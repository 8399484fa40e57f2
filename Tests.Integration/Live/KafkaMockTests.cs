using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Qmtl.ControlBus.Kafka;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live;

/// <summary>The source that reads Kafka on librdkafka's own mock broker: what it can do where no real one is. It keeps 5 MB of a topic, and cannot take topics away or be started again.</summary>
public sealed class KafkaMockTests : SourceContract
{
    private protected override Task<SourceHarness> HarnessAsync() => Task.FromResult<SourceHarness>(new MockHarness());

    private sealed class MockHarness : SourceHarness
    {
        private readonly IProducer<byte[]?, byte[]?> _producer;
        private readonly string _address;

        public MockHarness()
        {
            Assert.True(KafkaLibrary.IsInstalled, "librdkafka1 is not installed: ./test.sh integration installs Debian's package.");
            var config = new ProducerConfig { BootstrapServers = "unused:1", MessageMaxBytes = 20_000_000, LingerMs = 0 };
            config.Set("test.mock.num.brokers", "1");
            _producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
            using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
            // Asking by name makes the topic, with partitions of the mock's own number.
            var broker = admin.GetMetadata(Topic, TimeSpan.FromSeconds(10)).Brokers.Single();
            _address = string.Create(CultureInfo.InvariantCulture, $"{broker.Host}:{broker.Port}");
        }

        public override IControlSource Create(LiveEngine engine, TimeProvider time) => KafkaHarness.Source(_address, Topic, time);

        public override Task PutAsync(string? key, ReadOnlyMemory<byte> value) =>
            _producer.ProduceAsync(new TopicPartition(Topic, 0), new() { Key = key is null ? null : Encoding.UTF8.GetBytes(key), Value = value.ToArray() });

        public override ValueTask DisposeAsync()
        {
            _producer.Dispose();
            return base.DisposeAsync();
        }
    }
}
