using Qmtl.Benchmarks;

return args switch
{
    ["canvas", .. var rest] => await CanvasBenchmark.RunAsync(rest),
    ["console", .. var rest] => await ConsoleBenchmark.RunAsync(rest),
    ["dry-run", .. var rest] => await DryRunBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Benchmarks: canvas [NODES…], console [ROUNDS], dry-run. Run with -c Release.");
    return 2;
}
