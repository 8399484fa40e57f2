using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Console.Graphs;

/// <summary>A strategy with its drawing and what the graph knows of its nodes now.</summary>
public sealed class StrategyDetail
{
    private Dictionary<string, int>? _index;

    public required StrategyRecord Strategy { get; init; }

    public required DagDrawing Drawing { get; init; }

    /// <summary>State of node i of the DAG.</summary>
    public required IReadOnlyList<NodeNow> Nodes { get; init; }

    /// <summary>When the state was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>Why queues are not known, in words; null when they are.</summary>
    public string? QueuesUnknown { get; init; }

    public Dag Dag => Drawing.Dag;

    public DagGraph Graph => Drawing.Graph;

    /// <summary>The index of a node in the DAG; -1 when the DAG has none of that id. Where several nodes have one id, the last.</summary>
    public int IndexOf(string? nodeId) => nodeId is not null && (_index ??= Index()).TryGetValue(nodeId, out var i) ? i : -1;

    private Dictionary<string, int> Index()
    {
        var index = new Dictionary<string, int>(Dag.Nodes.Count, StringComparer.Ordinal);
        for (var i = 0; i < Dag.Nodes.Count; i++) index[Dag.Nodes[i].NodeId] = i;
        return index;
    }
}

/// <summary>What is known of a node beside its own fields.</summary>
/// <param name="Stored">The node as the DAG Manager stores it; null when it does not, or could not be asked.</param>
/// <param name="Sharers">Ids of the other strategies that hold the node.</param>
/// <param name="Facts">Second line and badges of the drawing.</param>
public sealed record NodeNow(ComputeNode? Stored, IReadOnlyList<string> Sharers, GraphNodeFacts Facts);

/// <summary>Two versions and what changed from the one submitted first to the other.</summary>
public sealed record StrategyComparison(StrategyDetail Older, StrategyDetail Newer, DagComparison Changes);
