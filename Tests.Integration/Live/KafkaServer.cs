using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Qmtl.ControlBus.Kafka;

namespace Qmtl.Tests.Integration.Live;

/// <summary>A real Kafka broker of the tests' own, on a free loopback port; started when the first test asks for it, ended by its process id.</summary>
public sealed class KafkaServer : IAsyncLifetime
{
    private readonly string _home = Path.Combine(Path.GetTempPath(), "qmtl-kafka-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly int _port = Ports.Free();
    private readonly int _controllerPort = Ports.Free();
    private Process? _process;
    private IAdminClient? _admin;
    private readonly Dictionary<string, IProducer<byte[]?, byte[]?>> _producers = new(StringComparer.Ordinal);

    public string Address => $"127.0.0.1:{_port}";

    internal IAdminClient Admin => _admin!;

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Starts it unless it runs, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        if (_process is { HasExited: false }) return;
        Assert.True(KafkaLibrary.IsInstalled, "librdkafka1 is not installed: ./test.sh integration installs Debian's package.");
        _process?.Dispose();
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in (string[])["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", Path.Combine(Path.GetTempPath(), Path.GetFileName(_home) + ".log"), NeedsTestServerAttribute.ScriptOf("kafka")!, "--home", _home, "--port", Text(_port), "--controller-port", Text(_controllerPort)]) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _admin ??= new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Address, ReconnectBackoffMaxMs = 500 }).SetLogHandler((_, _) => { }).Build();
        await Waiting.ForAsync(Answers, () => $"Kafka answers at {Address}");
    }

    /// <summary>SIGKILL, as a crash.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    internal async Task MakeTopicAsync(string topic, int partitions = 1)
    {
        await Admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1, Configs = new() { ["max.message.bytes"] = "20000000" } }]);
        await Waiting.ForAsync(() => Metadata(topic) is { Error.IsError: false } made && made.Partitions.Count == partitions && made.Partitions.TrueForAll(each => each.Leader >= 0), () => $"{topic} is there");
    }

    /// <summary>Takes a topic away, and the producer that writes to it: it would think for a while that the next one of the name is not there.</summary>
    internal async Task DropTopicAsync(string topic)
    {
        if (_producers.Remove(topic, out var producer)) KafkaClients.End(producer);
        await Admin.DeleteTopicsAsync([topic]);
        await Waiting.ForAsync(() => Metadata(topic) is { Error.Code: ErrorCode.UnknownTopicOrPart }, () => $"{topic} is gone");
    }

    /// <summary>As the broker has them; asking makes none.</summary>
    internal IReadOnlyList<string> Topics() => [.. Admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics.Select(topic => topic.Topic)];

    internal async Task PutAsync(string topic, byte[]? key, byte[]? value, int partition = 0, Headers? headers = null, Timestamp timestamp = default)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await ProducerOf(topic).ProduceAsync(new TopicPartition(topic, partition), new() { Key = key, Value = value, Headers = headers, Timestamp = timestamp });
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> exception) when (exception.Error.Code == ErrorCode.Local_UnknownPartition && tries < 200)
            {
                // The producer has not heard of a new partition yet; it asks again by itself.
                await Task.Delay(50);
            }
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var producer in _producers.Values) KafkaClients.End(producer);
        _admin?.Dispose();
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        if (Directory.Exists(_home)) Directory.Delete(_home, recursive: true);
        File.Delete(Path.Combine(Path.GetTempPath(), Path.GetFileName(_home) + ".log"));
    }

    private IProducer<byte[]?, byte[]?> ProducerOf(string topic)
    {
        if (_producers.TryGetValue(topic, out var known)) return known;
        var config = new ProducerConfig { BootstrapServers = Address, Acks = Acks.All, LingerMs = 0, MessageMaxBytes = 20_000_000, ReconnectBackoffMaxMs = 500, MessageTimeoutMs = 30_000, TopicMetadataRefreshIntervalMs = 250 };
        config.Set("allow.auto.create.topics", "false");
        return _producers[topic] = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
    }

    private bool Answers()
    {
        if (_process!.HasExited) Assert.Fail($"Kafka ended with {_process.ExitCode}: {File.ReadAllText(Path.Combine(Path.GetTempPath(), Path.GetFileName(_home) + ".log"))}");
        try
        {
            return Admin.GetMetadata(TimeSpan.FromSeconds(2)).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    /// <summary>Of all topics: a question for one by name could make it.</summary>
    private TopicMetadata? Metadata(string topic) =>
        Admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics.SingleOrDefault(each => each.Topic == topic) ?? new TopicMetadata(topic, [], new(ErrorCode.UnknownTopicOrPart));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One broker for all test classes that name it.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaCollection : ICollectionFixture<KafkaServer>
{
    public const string Name = "Kafka";
}
