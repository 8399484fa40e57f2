using Qmtl.Console.Configuration;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Console.Graphs;

/// <summary>
/// Puts together what the strategy page and the graph end points show: the submitted DAG, its layout (kept by DAG hash), and the queues and
/// sharers of its nodes as they are now. For whoever is behind the circuit or request: what is not his to see is not there.
/// </summary>
public sealed class StrategyGraphs(
    Available<IStrategyCatalogue> strategies, Available<IDagManager> dagManager, TimeProvider time, GraphCaches caches, ILogger<StrategyGraphs> log)
{
    private readonly DagLayouts _layouts = caches.Layouts;
    private readonly MessageCache _messages = caches.Messages;

    /// <summary>Why there are no strategies to show; null when there are. Ask first: without a catalogue the other members throw.</summary>
    public Missing? Missing => strategies.Service is null ? strategies.Missing : null;

    private IStrategyCatalogue Catalogue => strategies.Service ?? throw new InvalidOperationException(strategies.Missing.Reason);

    /// <summary>A strategy, or null when the id is unknown or its DAG cannot be read (see <see cref="FindAsync"/>).</summary>
    public async Task<StrategyDetail?> DetailAsync(string strategyId, CancellationToken cancellation)
    {
        if (await FindAsync(strategyId, cancellation) is not { } strategy) return null;
        // Whether an older id is right depends on the world it was submitted to, so the worlds belong to the key.
        var hash = strategy.DagHash.Length > 0 ? $"{strategy.DagHash} {string.Join(' ', strategy.WorldIds)}" : "id:" + strategy.StrategyId;
        var drawing = _layouts.Find(hash);
        if (drawing is null)
        {
            var document = await Catalogue.ReadDagAsync(strategyId, cancellation);
            if (document?.Dag is not { } dag) return null;
            drawing = _layouts.Draw(hash, document, dag, cancellation);
        }

        var (stored, unknown) = await StoredAsync(drawing.Dag, cancellation);
        var ids = drawing.Dag.Nodes.Select(node => node.NodeId).ToArray();
        var sharers = await Catalogue.SharersAsync(ids, cancellation);
        return new StrategyDetail
        {
            Strategy = strategy,
            Drawing = drawing,
            Nodes = [.. drawing.Dag.Nodes.Select(node => NowOf(node, stored, sharers, strategyId))],
            ReadAt = time.GetUtcNow(),
            QueuesUnknown = unknown,
        };
    }

    /// <summary>The record alone, or null when the id is unknown.</summary>
    public Task<StrategyRecord?> FindAsync(string strategyId, CancellationToken cancellation) => Catalogue.FindAsync(strategyId, cancellation);

    /// <summary>All submissions, newest first.</summary>
    public Task<StrategySnapshot> ListAsync(CancellationToken cancellation) => Catalogue.ListAsync(cancellation);

    /// <summary>The submitted DAG; null when the id is unknown.</summary>
    public Task<DagDocument?> ReadDagAsync(string strategyId, CancellationToken cancellation) => Catalogue.ReadDagAsync(strategyId, cancellation);

    /// <summary>The message of the canvas, or null as with <see cref="DetailAsync"/>. The same bytes as long as nothing changed.</summary>
    public async Task<GraphBytes?> MessageAsync(string strategyId, CancellationToken cancellation) =>
        await DetailAsync(strategyId, cancellation) is { } detail ? MessageOf(detail) : null;

    /// <summary>The message of a strategy that was read already.</summary>
    public GraphBytes MessageOf(StrategyDetail detail)
    {
        ArgumentNullException.ThrowIfNull(detail);
        var facts = detail.Nodes.Select(node => node.Facts).ToArray();
        return _messages.GetOrMake(detail.Strategy.StrategyId, facts, () =>
            GraphMessage.ToUtf8(detail.Dag.Nodes, detail.Graph, detail.Drawing.Layout, i => facts[i]));
    }

    /// <summary>Compares two strategies, the one submitted first as the older; null when either cannot be shown.</summary>
    public async Task<StrategyComparison?> CompareAsync(string strategyId, string otherId, CancellationToken cancellation)
    {
        var one = await DetailAsync(strategyId, cancellation);
        var other = await DetailAsync(otherId, cancellation);
        if (one is null || other is null) return null;
        var (older, newer) = Ordered(one, other);
        return new(older, newer, DagComparison.Compare(older.Dag, newer.Dag));
    }

    /// <summary>The message of a merged graph.</summary>
    public GraphBytes MessageOf(StrategyComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var merged = comparison.Changes.ToGraph();
        var facts = merged.Nodes.Select((node, i) => new GraphNodeFacts(FactsIn(comparison, node).Sub, merged.Flags[i])).ToArray();
        return _messages.GetOrMake($"{comparison.Older.Strategy.StrategyId} {comparison.Newer.Strategy.StrategyId}", facts, () =>
            GraphMessage.ToUtf8(merged.Nodes, merged.Graph, LayeredLayout.Compute(merged.Graph), i => facts[i], merged.Edges));
    }

    private static GraphNodeFacts FactsIn(StrategyComparison comparison, DagNode node)
    {
        var at = comparison.Newer.IndexOf(node.NodeId);
        if (at >= 0) return comparison.Newer.Nodes[at].Facts;
        at = comparison.Older.IndexOf(node.NodeId);
        return at >= 0 ? comparison.Older.Nodes[at].Facts : GraphMessage.DefaultFacts(node);
    }

    private static (StrategyDetail Older, StrategyDetail Newer) Ordered(StrategyDetail one, StrategyDetail other)
    {
        var order = one.Strategy.SubmittedAt.CompareTo(other.Strategy.SubmittedAt);
        if (order == 0) order = string.CompareOrdinal(one.Strategy.StrategyId, other.Strategy.StrategyId);
        return order <= 0 ? (one, other) : (other, one);
    }

    private async Task<(IReadOnlyDictionary<string, ComputeNode> Stored, string? Unknown)> StoredAsync(Dag dag, CancellationToken cancellation)
    {
        if (dagManager.Service is not { } graph) return (new Dictionary<string, ComputeNode>(), $"{dagManager.Missing.Reason} {dagManager.Missing.Advice}");
        try
        {
            return (await graph.NodesAsync([.. dag.Nodes.Select(node => node.NodeId)], cancellation), null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the DAG Manager fails with, the DAG itself can be shown; the page says that the queues are not known.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            log.LogWarning(exception, "The DAG Manager did not answer; queues are not known");
            return (new Dictionary<string, ComputeNode>(), $"The DAG Manager did not answer: {exception.Message}");
        }
    }

    private static NodeNow NowOf(DagNode node, IReadOnlyDictionary<string, ComputeNode> stored, IReadOnlyDictionary<string, IReadOnlyList<string>> sharers, string strategyId)
    {
        var flags = GraphMessage.DefaultFacts(node).Flags;
        var sub = GraphMessage.DefaultSubtitle(node);
        IReadOnlyList<string> others = sharers.TryGetValue(node.NodeId, out var all) ? [.. all.Where(id => id != strategyId)] : [];
        if (others.Count > 0) flags |= GraphFlags.Shared;
        if (!stored.TryGetValue(node.NodeId, out var compute)) return new(null, others, new(sub, flags));
        if (compute.BufferingSince is not null) flags |= GraphFlags.Buffered;
        if (compute.Global) flags |= GraphFlags.Global;
        return new(compute, others, new(compute.Topic.Length > 0 ? compute.Topic : sub, flags));
    }
}
