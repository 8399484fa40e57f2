using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Qmtl.Operations;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Benchmarks;

/// <summary>
/// A plan of 10,000 items: made, digested, recorded in the audit and stored so that a power cut does not lose it (bound: 1 s), then read back whole.
/// On files in a folder of its own, or with <c>--Postgres:Connection=… --Audit:Key=…</c> on PostgreSQL. Yardstick in the same run: serialising the
/// same items alone, which is not durable and has no digest.
/// </summary>
internal static class RailBenchmark
{
    private const int Items = 10_000;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("qmtl-rail-benchmark-").FullName;
        try
        {
            var builder = Host.CreateApplicationBuilder([.. arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal)), $"--Storage:Path={folder}"]);
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddSingleton<IAuthorizer, AllowAll>();
            var operation = new ManyItems();
            builder.Services.AddSingleton<IOperation>(operation);
            builder.Services.AddOperationsStorage(builder.Configuration, folder);
            builder.Services.AddAudit(builder.Configuration);
            builder.Services.AddOperations(builder.Configuration);
            using var host = builder.Build();
            await host.StartAsync();
            var within = await MeasureAsync(host.Services.GetRequiredService<IPlans>(), operation, builder.Configuration["Postgres:Connection"] is null ? "files" : "PostgreSQL");
            await host.StopAsync();
            return within ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> MeasureAsync(IPlans plans, ManyItems operation, string store)
    {
        var caller = new Caller { UserId = "local:benchmark", Name = "Benchmark", Kind = CallerKind.Person, SessionId = "s" };
        var (made, read, yardstick) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < 12; round++)
        {
            var watch = Stopwatch.StartNew();
            var plan = await plans.CreateAsync(caller, new("benchmark.many", "everything", default, "to measure"), default);
            made.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            var found = await plans.FindAsync(caller, plan.Id, default);
            read.Add(watch.Elapsed.TotalMilliseconds);
            if (found?.Content.Items.Count != Items) throw new InvalidOperationException("The plan did not come back whole.");
            watch.Restart();
            if (JsonSerializer.SerializeToUtf8Bytes(operation.Items).Length == 0) throw new InvalidOperationException("Nothing was serialised.");
            yardstick.Add(watch.Elapsed.TotalMilliseconds);
        }

        // The first round pays for starting up and is told apart.
        var (first, worst) = (made[0], made.Skip(1).Max());
        System.Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"plan of {Items} items on {store}: first {first:F0} ms, then p50 {Median(made):F1} ms, worst {worst:F1} ms; read back whole p50 {Median(read):F1} ms; serialising the items alone p50 {Median(yardstick):F2} ms; ratio {Median(made) / Median(yardstick):F1}"));
        var within = Math.Max(first, worst) <= 1_000;
        System.Console.WriteLine(within ? "within 1 s" : "ABOVE 1 s");
        return within;
    }

    private static double Median(List<double> values) => values.Skip(1).Order().ElementAt((values.Count - 1) / 2);

    private sealed class AllowAll : IAuthorizer
    {
        public AccessDecision Decide(Caller caller, string permission, string? scope = null) => AccessDecision.Yes;

        public IReadOnlySet<string>? ScopesOf(Caller caller, string permission) => null;

        public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation) => ValueTask.CompletedTask;
    }

    /// <summary>Plans many items; is never executed.</summary>
    private sealed class ManyItems : IOperation
    {
        private static readonly JsonElement NoParameters = JsonDocument.Parse("{}").RootElement.Clone();

        public IReadOnlyList<PlanItem> Items { get; } =
            [.. Enumerable.Range(0, RailBenchmark.Items).Select(number => new PlanItem(string.Create(CultureInfo.InvariantCulture, $"failed-job-{number:000000}"), "failed after 5 tries", "waits in queue default"))];

        public OperationKind Kind { get; } = new()
        {
            Name = "benchmark.many", Title = "Many", Summary = "Plans many items.", Permission = Permissions.DeadLettersRequeue,
            Danger = OperationDanger.Ordinary, Repeat = OperationRepeat.AtMostOnce, TargetWord = "all",
        };

        public Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation) =>
            Task.FromResult(new OperationPlan { Kind = Kind.Name, Target = request.Target, Parameters = NoParameters, Summary = "Many", Items = Items, Fingerprint = "-" });

        public Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation) => Task.FromResult("-");

        public Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation) => throw new InvalidOperationException("Only planned here.");

        public Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation) => Task.FromResult<ItemOutcome?>(null);
    }
}
