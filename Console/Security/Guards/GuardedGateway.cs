using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Guards;

/// <summary>The Gateway as people reach it: dry-runs in worlds that are theirs, and lookups. Submissions come from machines.</summary>
public sealed class GuardedGateway(IGateway inner, IStrategyCatalogue? catalogue, ReadAccess access) : IGateway
{
    public Task<SubmitResult> SubmitAsync(DagDocument document, SubmitOptions options, CancellationToken cancellation) =>
        throw new NotSupportedException("A submission comes from a machine and goes to the Gateway itself; the console does not submit.");

    public async Task<DryRunResult> DryRunAsync(DagDocument document, SubmitOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(options);
        var worlds = options.WorldIds.Count > 0 ? options.WorldIds : document.Envelope?.WorldIds ?? [];
        if (worlds.Count == 0) await access.RequireInAsync(Permissions.StrategiesDryRun, null, "dry-run", cancellation);
        foreach (var world in worlds) await access.RequireInAsync(Permissions.StrategiesDryRun, Scopes.World(world), $"dry-run in {world}", cancellation);
        return await inner.DryRunAsync(document, options, cancellation);
    }

    public async Task<IReadOnlyList<QueueDescriptor>> QueuesByTagAsync(QueueLookup lookup, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        var visible = await access.RequireAsync(Permissions.QueuesRead, "queues", cancellation);
        var found = await inner.QueuesByTagAsync(lookup, cancellation);
        return visible.IsEverything ? found : [.. found.Where(queue => visible.Queue(queue.Queue))];
    }

    public async Task<StrategyState?> StrategyStateAsync(string strategyId, CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.StrategiesRead, $"strategy {strategyId}", cancellation);
        if (!visible.IsEverything)
        {
            // Without a catalogue nobody knows a strategy's world.
            var record = catalogue is null ? null : await catalogue.FindAsync(strategyId, cancellation);
            if (record is null || GuardedCatalogue.Seen(record, visible) is null) return null;
        }

        return await inner.StrategyStateAsync(strategyId, cancellation);
    }
}
