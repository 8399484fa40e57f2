using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Graphs;

namespace Qmtl.Benchmarks;

/// <summary>
/// The layered layout with its edge routes beside graphviz <c>dot</c>, elkjs and dagre on the same graphs: times, and crossings of the straight lines
/// between the nodes. Graphs are random DAGs with 1.5 edges a node, seeded. A yardstick that is not on this machine is named and skipped.
/// Processor time stands beside elapsed time, because other work on the machine makes the elapsed one longer.
/// </summary>
internal static class LayoutBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Task<int> RunAsync(string[] arguments)
    {
        var rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 31;
        var within = Times(rounds);
        within &= Crossings(Math.Max(5, rounds / 4));
        return Task.FromResult(within ? 0 : 1);
    }

    private static bool Times(int rounds)
    {
        System.Console.WriteLine("own layout with edge routes, warm, one thread:");
        var within = true;
        foreach (var (nodes, edges, bound) in ((int, int, double)[])[(1_000, 1_500, 40), (10_000, 15_000, 400)])
        {
            var graph = Sparse(nodes, edges, 1);
            var (elapsed, processor, layout) = Measure(graph, nodes > 1_000 ? Math.Max(7, rounds / 3) : rounds);
            System.Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {nodes,6} nodes {edges,6} edges: p50 {elapsed,7:F1} ms, processor {processor,7:F1} ms (bound {bound} ms); {layout.RoutePoints.Length / 2} route points"));
            within &= Math.Min(elapsed, processor) <= bound;
        }

        return within;
    }

    private static bool Crossings(int rounds)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var within = true;
        foreach (var (nodes, edges) in ((int, int)[])[(100, 150), (400, 600), (1_000, 1_500)])
        {
            System.Console.WriteLine($"{nodes} nodes, {edges} edges; straight-line crossings, ratio to dot, ms:");
            System.Console.WriteLine("  seed        own      ms      dot   ratio       ms      elk   ratio       ms    dagre   ratio       ms");
            var logs = new Dictionary<string, List<double>> { ["own"] = [], ["elk"] = [], ["dagre"] = [] };
            for (var seed = 1; seed <= 5; seed++)
            {
                var graph = Sparse(nodes, edges, seed);
                var (elapsed, _, layout) = Measure(graph, rounds);
                var own = StraightLineCrossings.Count(graph, layout.X, layout.Y);
                var line = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"  {seed,4} {own,10} {elapsed,7:F1}"));
                var dot = Try("dot", missing, () => Dot(graph));
                var dotCrossings = dot is { } d ? StraightLineCrossings.Count(graph, d.X, d.Y) : 0;
                line.Append(dot is null ? "        –       –        –" : string.Create(CultureInfo.InvariantCulture, $" {dotCrossings,8} {own / (double)dotCrossings,7:F3} {dot.Value.Ms,8:F0}"));
                if (dot is not null) logs["own"].Add(Math.Log(own / (double)dotCrossings));
                foreach (var engine in (string[])["elk", "dagre"])
                {
                    // The best ranker of dagre takes most of a minute at 1,000 nodes.
                    var ranker = engine == "dagre" && nodes >= 1_000 ? "longest-path" : null;
                    var other = Try(ranker is null ? engine : $"{engine} ({ranker})", missing, () => Script(engine, ranker, graph));
                    var crossings = other is { } o ? StraightLineCrossings.Count(graph, o.X, o.Y) : 0;
                    var ratio = other is null || dot is null ? double.NaN : crossings / (double)dotCrossings;
                    line.Append(other is null ? "        –       –        –" : string.Create(CultureInfo.InvariantCulture, $" {crossings,8} {ratio,7:F3} {other.Value.Ms,8:F0}"));
                    if (!double.IsNaN(ratio)) logs[engine].Add(Math.Log(ratio));
                }

                System.Console.WriteLine(line);
            }

            foreach (var (name, values) in logs.Where(l => l.Value.Count == 5))
                System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name}: geometric mean of the ratio to dot {Math.Exp(values.Average()):F3}"));
            if (logs["own"].Count == 5) within &= Math.Exp(logs["own"].Average()) <= 1.15;
        }

        foreach (var name in missing) System.Console.WriteLine($"not measured: {name}");
        return within;
    }

    private static (double Elapsed, double Processor, LayoutResult Layout) Measure(DagGraph graph, int rounds)
    {
        // The runtime recompiles hot code in the background during the first runs.
        for (var i = 0; i < (graph.NodeCount > 1_000 ? 8 : 40); i++) LayeredLayout.Compute(graph);
        var elapsed = new double[rounds];
        var processor = new double[rounds];
        LayoutResult layout = null!;
        for (var i = 0; i < rounds; i++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            layout = LayeredLayout.Compute(graph);
            elapsed[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            processor[i] = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        }

        Array.Sort(elapsed);
        Array.Sort(processor);
        return (elapsed[rounds / 2], processor[rounds / 2], layout);
    }

    private static DagGraph Sparse(int nodes, int edges, int seed)
    {
        var random = new Random(seed);
        var set = new HashSet<(int, int)>();
        while (set.Count < edges)
        {
            var (a, b) = (random.Next(nodes), random.Next(nodes));
            if (a != b) set.Add((Math.Min(a, b), Math.Max(a, b)));
        }

        return DagGraph.FromEdges(nodes, set.ToArray());
    }

    private static (double Ms, double[] X, double[] Y)? Try(string name, SortedSet<string> missing, Func<(double, double[], double[])> run)
    {
        if (missing.Any(m => m.StartsWith(name + ":", StringComparison.Ordinal))) return null;
        try
        {
            return run();
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or JsonException or TimeoutException)
        {
            missing.Add($"{name}: {exception.Message.Split('\n')[0]}");
            return null;
        }
    }

    private static (double Ms, double[] X, double[] Y) Dot(DagGraph graph)
    {
        var text = new StringBuilder("digraph{rankdir=LR;node[shape=box,fixedsize=true,width=2.33333,height=0.61111,label=\"\"];\n");
        for (var v = 0; v < graph.NodeCount; v++) text.Append(CultureInfo.InvariantCulture, $"n{v};");
        for (var e = 0; e < graph.EdgeCount; e++) text.Append(CultureInfo.InvariantCulture, $"n{graph.From[e]}->n{graph.To[e]};\n");
        var start = Stopwatch.GetTimestamp();
        var plain = Run("dot", ["-Tplain"], text.Append('}').ToString());
        var ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var (x, y) = (new double[graph.NodeCount], new double[graph.NodeCount]);
        foreach (var line in plain.Split('\n').Where(l => l.StartsWith("node n", StringComparison.Ordinal)))
        {
            var parts = line.Split(' ');
            var v = int.Parse(parts[1].AsSpan(1), CultureInfo.InvariantCulture);
            (x[v], y[v]) = (double.Parse(parts[2], CultureInfo.InvariantCulture), double.Parse(parts[3], CultureInfo.InvariantCulture));
        }

        return (ms, x, y);
    }

    private static (double Ms, double[] X, double[] Y) Script(string engine, string? ranker, DagGraph graph)
    {
        var edges = Enumerable.Range(0, graph.EdgeCount).Select(e => new[] { graph.From[e], graph.To[e] });
        var folder = Path.Combine(SourceFolder(), "js");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new InvalidOperationException($"run `npm ci --ignore-scripts` in {folder} first");
        var answer = Run("node", [Path.Combine(folder, "layout.mjs")], JsonSerializer.Serialize(new { engine, ranker, n = graph.NodeCount, edges }));
        using var json = JsonDocument.Parse(answer);
        return (json.RootElement.GetProperty("ms").GetDouble(), Numbers(json, "x"), Numbers(json, "y"));
    }

    private static double[] Numbers(JsonDocument json, string name) => json.RootElement.GetProperty(name).EnumerateArray().Select(n => n.GetDouble()).ToArray();

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static string Run(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit code and words say why.
        }

        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"no answer in {Patience.TotalMinutes:F0} minutes");
        }

        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors.Result}");
        return output.Result;
    }
}
