using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Guards;

/// <summary>
/// The global graph as its reader may see it: nodes that a strategy of his holds, queues that are his. Registering belongs to submitting machines.
/// </summary>
public sealed class GuardedDagManager(IDagManager inner, IStrategyCatalogue? catalogue, ReadAccess access) : IDagManager
{
    public async Task<DiffResult> DiffAsync(DiffRequest request, CancellationToken cancellation)
    {
        await access.RequireInAsync(Permissions.StrategiesDryRun, null, "diff", cancellation);
        return await inner.DiffAsync(request, cancellation);
    }

    public Task<DiffResult> RegisterAsync(DiffRequest request, CancellationToken cancellation) =>
        throw new NotSupportedException("Nodes are registered by what machines submit; the console does not register.");

    public async Task<IReadOnlyList<QueueDescriptor>> QueuesByTagAsync(IReadOnlyList<string> tags, long interval, TagMatch match, CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.QueuesRead, "queues", cancellation);
        var found = await inner.QueuesByTagAsync(tags, interval, match, cancellation);
        return visible.IsEverything ? found : [.. found.Where(queue => visible.Queue(queue.Queue))];
    }

    public async Task<IReadOnlyDictionary<string, ComputeNode>> NodesAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.StrategiesRead, "nodes", cancellation);
        if (visible.IsEverything) return await inner.NodesAsync(nodeIds, cancellation);
        // Without a catalogue nobody knows which strategy, and so which world, a node belongs to.
        if (catalogue is null) return new Dictionary<string, ComputeNode>();
        var held = await new GuardedCatalogue(catalogue, access).SharersAsync(nodeIds, cancellation);
        return await inner.NodesAsync([.. held.Keys], cancellation);
    }

    public async Task<GraphCounts> CountsAsync(CancellationToken cancellation)
    {
        // The counts are of all worlds together.
        await access.RequireInAsync(Permissions.QueuesRead, null, "counts of the graph", cancellation);
        return await inner.CountsAsync(cancellation);
    }
}
