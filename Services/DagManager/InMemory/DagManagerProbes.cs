using System.Globalization;
using Qmtl.Shared.Health;

namespace Qmtl.DagManager.InMemory;

/// <summary>Asks the DAG Manager for a tag query, which is what a dry-run needs of it at least.</summary>
internal sealed class DagManagerProbe(IDagManager dagManager, TimeProvider time) : IDependencyProbe
{
    public string Name => "DAG Manager";

    public Task<DependencyReading> ReadAsync(CancellationToken cancellation) => Reading.OfAsync(
        Name, time, async () =>
        {
            await dagManager.QueuesByTagAsync(["health"], 60, TagMatch.Any, cancellation);
            return "Answers tag queries.";
        });
}

/// <summary>Counts what the graph holds.</summary>
internal sealed class GraphStoreProbe(IDagManager dagManager, TimeProvider time) : IDependencyProbe
{
    public string Name => "Graph store";

    public Task<DependencyReading> ReadAsync(CancellationToken cancellation) => Reading.OfAsync(
        Name, time, async () =>
        {
            var counts = await dagManager.CountsAsync(cancellation);
            return string.Create(CultureInfo.InvariantCulture, $"{counts.ComputeNodes} nodes, {counts.Queues} queues, {counts.Sentinels} sentinels.");
        });
}

/// <summary>Makes readings of the graph in this process.</summary>
internal static class Reading
{
    public static async Task<DependencyReading> OfAsync(string name, TimeProvider time, Func<Task<string>> ask)
    {
        var started = time.GetTimestamp();
        try
        {
            return Made(DependencyState.Ok, await ask(), "");
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return Made(DependencyState.Broken, $"Did not answer: {problem.Message}", "Dry-runs answer from tag queries or not at all until it is back.");
        }

        DependencyReading Made(DependencyState state, string detail, string advice) =>
            new(name, state, "in process (sandbox)", time.GetUtcNow(), time.GetElapsedTime(started), detail, advice);
    }
}
