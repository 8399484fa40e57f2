namespace Qmtl.Shared.Graphs;

/// <summary>What lies upstream or downstream of a node, nearest first, found breadth first in O(V+E).</summary>
/// <param name="Nodes">The nodes found, nearest first, without the node asked about.</param>
/// <param name="Depths">Edges on the shortest path, parallel to <see cref="Nodes"/>; 1 for direct neighbours.</param>
public sealed record Lineage(IReadOnlyList<int> Nodes, IReadOnlyList<int> Depths)
{
    /// <summary>Depth of the farthest node; 0 when there is none.</summary>
    public int MaxDepth => Depths.Count == 0 ? 0 : Depths[^1];

    /// <summary>All that <paramref name="node"/> is computed from, up to <paramref name="maxDepth"/> edges away.</summary>
    public static Lineage Upstream(DagGraph graph, int node, int maxDepth = int.MaxValue) => Walk(graph, node, maxDepth, upstream: true);

    /// <summary>All that is computed from <paramref name="node"/>, up to <paramref name="maxDepth"/> edges away.</summary>
    public static Lineage Downstream(DagGraph graph, int node, int maxDepth = int.MaxValue) => Walk(graph, node, maxDepth, upstream: false);

    private static Lineage Walk(DagGraph graph, int node, int maxDepth, bool upstream)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, graph.NodeCount);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDepth);
        var seen = new bool[graph.NodeCount];
        seen[node] = true;
        var nodes = new List<int> { node };
        var depths = new List<int> { 0 };
        for (var at = 0; at < nodes.Count && depths[at] < maxDepth; at++)
        {
            foreach (var next in upstream ? graph.Predecessors(nodes[at]) : graph.Successors(nodes[at]))
            {
                if (seen[next]) continue;
                seen[next] = true;
                nodes.Add(next);
                depths.Add(depths[at] + 1);
            }
        }

        return new Lineage(nodes[1..], depths[1..]);
    }
}
