using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Gateway;
using Qmtl.Sandbox;
using Qmtl.Sandbox.Samples;
using Qmtl.Shared.Dags;

namespace Qmtl.Benchmarks;

/// <summary>
/// A dry-run in this process, from the UTF-8 text of a submission to the answer, over the sandbox's graph. Yardstick in the same run:
/// <see cref="JsonDocument"/> parses the same bytes. Beside it, from measurements of the released system over HTTP: 130 ms for 40 nodes
/// (p50), no answer from 400 nodes on.
/// </summary>
internal static class DryRunBenchmark
{
    private const int Warm = 200;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 300;
        var services = new ServiceCollection();
        services.AddSandbox(new ConfigurationManager());
        await using var provider = services.BuildServiceProvider();
        var watch = Stopwatch.StartNew();
        await provider.GetRequiredService<SandboxLoader>().LoadAsync(default);
        System.Console.WriteLine($"sandbox filled, cold, in {watch.Elapsed.TotalMilliseconds:F0} ms, with {Environment.CpuUsage.TotalTime.TotalMilliseconds:F0} ms of processor time since process start (bound: 1,000 ms)");

        var gateway = provider.GetRequiredService<IGateway>();
        var within = true;
        foreach (var nodes in (int[])[40, 400, 1_000, 10_000])
        {
            var bytes = Strategy(nodes).Envelope(DateTimeOffset.UtcNow);
            var few = nodes > 1_000 ? Math.Max(10, rounds / 10) : rounds;
            var answers = await MeasureAsync(few, async () =>
            {
                var answer = await gateway.DryRunAsync(DagReader.Read(bytes), new SubmitOptions(), default);
                if (answer.Source != DryRunSource.Diff || answer.Nodes.Count != nodes) throw new InvalidOperationException($"No full answer: {answer.Refusal?.Message ?? answer.FallbackReason}");
            });
            var parses = await MeasureAsync(few, () =>
            {
                using var parsed = JsonDocument.Parse(bytes);
                using var dag = JsonDocument.Parse(parsed.RootElement.GetProperty("dag_json").GetBytesFromBase64());
                return dag.RootElement.GetProperty("nodes").GetArrayLength() == nodes ? Task.CompletedTask : throw new InvalidOperationException("nodes");
            });
            var reads = await MeasureAsync(few, () => DagReader.Read(bytes).IsValid ? Task.CompletedTask : throw new InvalidOperationException("not valid"));
            System.Console.WriteLine(
                $"dry-run of {nodes,6} nodes ({bytes.Length / 1024,5} KiB): p50 {answers.At(0.5),7:F2} ms, p95 {answers.At(0.95),7:F2} ms, processor {answers.Processor,7:F2} ms; "
                + $"reading alone p50 {reads.At(0.5):F2} ms, processor {reads.Processor:F2} ms; "
                + $"JsonDocument.Parse p50 {parses.At(0.5):F2} ms, processor {parses.Processor:F2} ms; ratio of processor times {answers.Processor / parses.Processor:F1}");
            if (nodes == 1_000) within = answers.At(0.95) <= 20;
        }

        System.Console.WriteLine("released system over HTTP: 40 nodes p50 130 ms, p95 189 ms; 400 and 1,000 nodes: no answer");
        System.Console.WriteLine(within ? "1,000 nodes: p95 within 20 ms" : "1,000 nodes: p95 ABOVE 20 ms");
        return within ? 0 : 1;
    }

    /// <summary>Chains of source, returns, volatility and average for as many assets as it takes.</summary>
    private static SampleStrategy Strategy(int nodes) => new("benchmark", "v1", [SampleStrategies.Research], TimeSpan.Zero, SampleFate.StaysQueued, dag =>
    {
        var quant = new Quant(dag);
        for (var i = 0; dag.Count < nodes; i++)
        {
            var asset = string.Create(CultureInfo.InvariantCulture, $"asset{i}");
            var price = quant.Price(asset);
            if (dag.Count < nodes) quant.Ema(price, asset, 20);
            if (dag.Count >= nodes) break;
            var returns = quant.Returns(price, asset);
            if (dag.Count < nodes) quant.Volatility(returns, asset, 60);
        }
    });

    private static async Task<Times> MeasureAsync(int rounds, Func<Task> work)
    {
        for (var i = 0; i < Math.Min(Warm, rounds); i++) await work();
        var times = new double[rounds];
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        var processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / rounds;
        Array.Sort(times);
        return new Times(times, processor);
    }

    /// <summary>Sorted wall times, and the processor time of one round with collector and compiler threads, which a busy machine does not stretch.</summary>
    private sealed record Times(double[] Sorted, double Processor)
    {
        public double At(double quantile) => Sorted[(int)Math.Ceiling(quantile * (Sorted.Length - 1))];
    }
}
