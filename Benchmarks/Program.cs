using Qmtl.Benchmarks;
using Qmtl.Benchmarks.Hub;

// Each verb prints its figures, the yardstick measured in the same run, and the ratio. dotnet run -c Release --project Benchmarks -- blake3
var verbs = new Dictionary<string, Func<string[], Task<int>>>(StringComparer.Ordinal)
{
    ["blake3"] = Blake3Benchmark.RunAsync,
    ["parse"] = ParseBenchmark.RunAsync,
    ["dry-run"] = DryRunBenchmark.RunAsync,
    ["canvas"] = CanvasBenchmark.RunAsync,
    ["layout"] = LayoutBenchmark.RunAsync,
    ["live"] = LiveBenchmark.RunAsync,
    ["kafka"] = KafkaBenchmark.RunAsync,
    ["rail"] = RailBenchmark.RunAsync,
    ["console"] = ConsoleBenchmark.RunAsync,
    ["hub"] = HubBenchmark.RunAsync,
    [ClientProcess.HubClientsVerb] = HubClients.RunAsync,
    ["audit"] = AuditBenchmark.RunAsync,
};

if (args.Length > 0 && verbs.TryGetValue(args[0], out var run)) return await run(args[1..]);
System.Console.Error.WriteLine($"Usage: dotnet run -c Release --project Benchmarks -- {string.Join('|', verbs.Keys)} [arguments]");
return 2;
