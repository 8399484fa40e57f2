using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Kafka;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Benchmarks;

/// <summary>
/// CloudEvents of 600 bytes and more from a real Kafka broker, on the same machine, to the journal, through the source as the console runs it; beside it a bare
/// loop of the same client that throws the messages away. <c>QMTL_TEST_SERVERS</c> names the folder with <c>kafka/start</c>.
/// </summary>
internal static class KafkaBenchmark
{
    private const int Events = 400_000;
    private const int Rounds = 3;
    private const string Topic = "activation";

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable("QMTL_TEST_SERVERS") is not { Length: > 0 } servers || !KafkaLibrary.IsInstalled)
        {
            await System.Console.Error.WriteLineAsync("Set QMTL_TEST_SERVERS to the folder with kafka/start, and install Debian's package librdkafka1.");
            return 2;
        }

        var port = FreePort();
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var home = Directory.CreateTempSubdirectory("qmtl-kafka-benchmark-").FullName;
        using var broker = Process.Start(Path.Combine(servers, "kafka", "start"), ["--home", home, "--port", port.ToString(CultureInfo.InvariantCulture), "--controller-port", FreePort().ToString(CultureInfo.InvariantCulture)]);
        try
        {
            await FillAsync(address);
            for (var round = 1; round <= Rounds; round++)
            {
                var bare = Bare(address);
                var ours = await OursAsync(address);
                System.Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round}: Kafka to journal {Events / ours.Elapsed.TotalSeconds:N0} events a second (bound: 50,000), processor {ours.Cpu.TotalSeconds / ours.Elapsed.TotalSeconds:F2} of one core; yardstick bare consumer loop {Events / bare.TotalSeconds:N0}; ratio of times {ours.Elapsed / bare:F2}"));
            }

            return 0;
        }
        finally
        {
            broker.Kill();
            await broker.WaitForExitAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task FillAsync(string address)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).SetLogHandler((_, _) => { }).Build();
        await WaitAsync(() => Answers(admin), "Kafka answers");
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = address, LingerMs = 20, BatchSize = 500_000, QueueBufferingMaxMessages = 1_000_000, QueueBufferingMaxKbytes = 1_000_000 }).Build();
        long bytes = 0;
        for (var number = 0; number < Events; number++)
        {
            var message = LiveBenchmark.Message(number);
            bytes += message.Value.Length;
            producer.Produce(Topic, new() { Key = System.Text.Encoding.UTF8.GetBytes(message.Key!), Value = message.Value.ToArray() });
        }

        producer.Flush(TimeSpan.FromMinutes(2));
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Events:N0} events of {bytes / Events} bytes on average in one partition"));
    }

    private static TimeSpan Bare(string address)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = address, GroupId = "yardstick", EnableAutoCommit = false, QueuedMinMessages = 100_000 }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, 0));
        var started = 0L;
        for (var read = 0; read < Events; read++)
        {
            consumer.Consume(CancellationToken.None);
            if (read == 0) started = Stopwatch.GetTimestamp();
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        consumer.Close();
        return elapsed;
    }

    private static async Task<(TimeSpan Elapsed, TimeSpan Cpu)> OursAsync(string address)
    {
        var engine = new LiveEngine(Options.Create(new ControlBusOptions()), TimeProvider.System);
        var source = new KafkaControlSource(new() { Brokers = [address], Topics = [Topic] }, TimeProvider.System, NullLogger<KafkaControlSource>.Instance);
        var sink = engine.SinkOf(source);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => source.RunAsync(sink, stop.Token));
        await WaitAsync(() => engine.Status.Received > 0, "the first event came");
        var before = engine.Status.Received;
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        await WaitAsync(() => engine.Status.Received >= Events, "all events came");
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        var used = process.TotalProcessorTime - cpu;
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        // What came before the clock started does not count.
        return (elapsed * ((double)Events / (Events - before)), used);
    }

    private static bool Answers(IAdminClient admin)
    {
        try
        {
            return admin.GetMetadata(TimeSpan.FromSeconds(2)).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private static async Task WaitAsync(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(2)) throw new TimeoutException($"Waited two minutes: {what}.");
            await Task.Delay(5);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
