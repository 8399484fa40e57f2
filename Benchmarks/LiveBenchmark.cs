using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Live;

namespace Qmtl.Benchmarks;

/// <summary>
/// CloudEvents of 600 bytes and more from bytes to the journal on one thread, beside <see cref="JsonDocument.Parse(ReadOnlyMemory{byte}, JsonDocumentOptions)"/>
/// of the same bytes; and the last 10,000 events of one key.
/// </summary>
internal static class LiveBenchmark
{
    private const int Events = 200_000;
    private const int Keys = 2_000;

    public static Task<int> RunAsync(string[] arguments)
    {
        var messages = Enumerable.Range(0, Events).Select(Message).ToArray();
        System.Console.WriteLine($"{Events:N0} events of {messages.Average(message => message.Value.Length):N0} bytes on average, {Keys:N0} keys; pin with taskset -c 0");

        var yardstick = Sample.Of(1, 5, () =>
        {
            foreach (var message in messages) using (JsonDocument.Parse(message.Value)) { }
        });
        var options = Options.Create(new ControlBusOptions { JournalCapacity = 100_000, JournalBytes = 256L << 20, PairFromStart = arguments.Contains("--pair") });
        var engine = new LiveEngine(options, TimeProvider.System);
        var round = 0;
        var ours = Sample.Of(1, 5, () =>
        {
            // Each round is new offsets and times: nothing is a repeat.
            round++;
            foreach (var message in messages) engine.Take(message with { Position = string.Create(CultureInfo.InvariantCulture, $"{round}:{message.Position}") });
        });
        System.Console.WriteLine($"bytes to journal: {Events / ours.Median * 1000:N0} a second, best {Events / ours.Best * 1000:N0} (bound: 100,000)");
        System.Console.WriteLine($"yardstick JsonDocument.Parse alone: {Events / yardstick.Median * 1000:N0} a second; ratio of times {ours.Median / yardstick.Median:F2}");
        return Task.FromResult(Query(options));
    }

    private static int Query(IOptions<ControlBusOptions> options)
    {
        var engine = new LiveEngine(options, TimeProvider.System);
        for (var i = 0; i < 100_000; i++) engine.Take(Message(i % 5 == 0 ? i * Keys : i));
        var filter = LiveFilter.Everything with { Key = "activation:world-0:strategy-0:long" };
        var found = 0;
        var query = Sample.Of(3, 20, () => found = engine.Query(filter, null, 10_000).Events.Count);
        var scan = Sample.Of(1, 3, () => engine.Query(LiveFilter.Everything with { Strategies = new HashSet<string> { "strategy-0" } }, null, 10_000));
        System.Console.WriteLine($"last {found:N0} events of a key in a journal of {engine.Status.Events:N0}: {query.Median:F2} ms, best {query.Best:F2} (bound: 10); yardstick scan without the key's index: {scan.Median:F1} ms");
        return 0;
    }

    /// <summary>An activation of 655 bytes or so, unlike every other.</summary>
    internal static RawMessage Message(int number)
    {
        var key = number % Keys;
        var json = string.Create(CultureInfo.InvariantCulture, $$$"""
            {"specversion":"1.0","id":"{{{number:x8}}}-5478-4663-ae82-4f02fe208b84","source":"qmtl.services.worldservice","type":"activation_updated","time":"2026-11-21T02:54:33.737181+00:00","datacontenttype":"application/json","data":{"world_id":"world-{{{key % 5}}}","etag":"act:world-{{{key % 5}}}:strategy-{{{key}}}:long:{{{number}}}","run_id":"run-{{{number / 100}}}","ts":"2026-11-21T02:54:33.{{{number % 1000000:000000}}}Z","state_hash":"blake3:07d32e6af084905ae45b49c82b17b3efd76114c98ad0b49b36{{{number:x8}}}","version":{{{number}}},"strategy_id":"strategy-{{{key}}}","side":"long","active":true,"weight":0.{{{number % 100:00}}},"freeze":false,"drain":false,"effective_mode":"paper","idempotency_key":"activation_updated:{{{number}}}"},"correlation_id":"activation:world-{{{key % 5}}}:run-{{{number / 100}}}"}
            """);
        return new()
        {
            Source = "kafka",
            Topic = "activation",
            Key = "world-" + (key % 5).ToString(CultureInfo.InvariantCulture),
            Position = number.ToString(CultureInfo.InvariantCulture),
            Value = Encoding.UTF8.GetBytes(json),
            ReceivedAt = DateTimeOffset.UtcNow,
        };
    }
}
