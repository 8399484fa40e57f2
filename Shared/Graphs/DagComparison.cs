using Qmtl.Shared.Dags;

namespace Qmtl.Shared.Graphs;

/// <summary>What changed from an older version of a DAG to a newer one. Linear in nodes and edges.</summary>
public sealed class DagComparison
{
    private readonly Dag _older;
    private readonly Dag _newer;

    private DagComparison(Dag older, Dag newer, IReadOnlyList<NodeComparison> nodes)
    {
        _older = older;
        _newer = newer;
        Nodes = nodes;
        foreach (var node in nodes)
        {
            switch (node.Status)
            {
                case NodeStatus.Added: Added++; break;
                case NodeStatus.Removed: Removed++; break;
                case NodeStatus.Unchanged: Unchanged++; break;
                case NodeStatus.UpstreamChanged: UpstreamChanged++; break;
                case NodeStatus.Changed: Changed++; break;
            }
        }
    }

    /// <summary>The newer DAG's nodes in their order, then the removed ones in the older DAG's order.</summary>
    public IReadOnlyList<NodeComparison> Nodes { get; }

    public int Added { get; }

    public int Removed { get; }

    /// <summary>Nodes that changed themselves.</summary>
    public int Changed { get; }

    /// <summary>Nodes behind a change that did not change themselves.</summary>
    public int UpstreamChanged { get; }

    public int Unchanged { get; }

    /// <summary>True when nothing was added, removed or changed (ids may still differ, for instance between worlds).</summary>
    public bool IsSame => Unchanged == Nodes.Count;

    /// <summary>How many nodes have all these changes.</summary>
    public int CountOf(NodeChanges changes) => Nodes.Count(n => n.Changes != 0 && (n.Changes & changes) == changes);

    /// <summary>
    /// Compares two versions. Nodes are the same when they have the same id, else the same name and type (unique in both), else the same definition
    /// and inputs. A node whose id changed only because of what it is computed from is <see cref="NodeStatus.UpstreamChanged"/>.
    /// </summary>
    public static DagComparison Compare(Dag older, Dag newer)
    {
        ArgumentNullException.ThrowIfNull(older);
        ArgumentNullException.ThrowIfNull(newer);
        var graph = DagGraph.FromDag(newer);
        var matcher = new NodeMatcher(older, newer);
        matcher.Run(graph);

        var changes = new NodeChanges[newer.Nodes.Count];
        for (var n = 0; n < changes.Length; n++)
        {
            var o = matcher.OlderOf[n];
            if (o < 0) continue;
            changes[n] = NodeFields.Compare(older.Nodes[o], newer.Nodes[n]);
            if (!matcher.SameInputs(o, n)) changes[n] |= NodeChanges.Rewired;
        }

        SpreadDownstream(graph, matcher, changes);
        var nodes = new List<NodeComparison>(newer.Nodes.Count + 16);
        for (var n = 0; n < changes.Length; n++)
        {
            var o = matcher.OlderOf[n];
            nodes.Add(new NodeComparison(o, n, matcher.How[n], o < 0 ? NodeStatus.Added : StatusOf(changes[n]), changes[n]));
        }

        for (var o = 0; o < older.Nodes.Count; o++)
        {
            if (matcher.NewerOf[o] < 0) nodes.Add(new NodeComparison(o, -1, NodeMatch.None, NodeStatus.Removed, NodeChanges.None));
        }

        return new DagComparison(older, newer, nodes);
    }

    /// <summary>
    /// Both versions in one drawing: node i is <see cref="Nodes"/>[i]; edges of both, each with what became of it. A rewiring that turns an edge
    /// round gives a cycle, which the layout bears.
    /// </summary>
    public ComparisonGraph ToGraph()
    {
        var nodes = new DagNode[Nodes.Count];
        var place = new Dictionary<int, int>();
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i] = Nodes[i].Newer >= 0 ? _newer.Nodes[Nodes[i].Newer] : _older.Nodes[Nodes[i].Older];
            if (Nodes[i].Older >= 0) place[Nodes[i].Older] = i;
        }

        var before = DagGraph.FromDag(_older);
        var after = DagGraph.FromDag(_newer);
        var edges = new Dictionary<(int From, int To), EdgeStatus>();
        for (var e = 0; e < after.EdgeCount; e++) edges[(after.From[e], after.To[e])] = EdgeStatus.Added;
        for (var e = 0; e < before.EdgeCount; e++)
        {
            var edge = (place[before.From[e]], place[before.To[e]]);
            edges[edge] = edges.ContainsKey(edge) ? EdgeStatus.Unchanged : EdgeStatus.Removed;
        }

        var graph = DagGraph.FromEdges(nodes.Length, edges.Keys.ToArray());
        var status = new EdgeStatus[graph.EdgeCount];
        for (var e = 0; e < status.Length; e++) status[e] = edges[(graph.From[e], graph.To[e])];
        return new ComparisonGraph(nodes, graph, Nodes.Select(n => n.Flags).ToArray(), status);
    }

    private static NodeStatus StatusOf(NodeChanges changes) => changes switch
    {
        NodeChanges.None => NodeStatus.Unchanged,
        NodeChanges.Upstream => NodeStatus.UpstreamChanged,
        _ => NodeStatus.Changed,
    };

    /// <summary>Marks everything behind a node that was added or whose result may have changed. Breadth first, so cycles do no harm.</summary>
    private static void SpreadDownstream(DagGraph graph, NodeMatcher matcher, NodeChanges[] changes)
    {
        var queue = new Queue<int>();
        var reached = new bool[changes.Length];
        for (var n = 0; n < changes.Length; n++)
        {
            if (matcher.OlderOf[n] >= 0 && (changes[n] & ~NodeChanges.Labels) == 0) continue;
            reached[n] = true;
            queue.Enqueue(n);
        }

        while (queue.TryDequeue(out var n))
        {
            foreach (var w in graph.Successors(n))
            {
                if (matcher.OlderOf[w] >= 0) changes[w] |= NodeChanges.Upstream;
                if (reached[w]) continue;
                reached[w] = true;
                queue.Enqueue(w);
            }
        }
    }
}

/// <summary>What became of an edge.</summary>
public enum EdgeStatus : byte
{
    Unchanged = 0,
    Added = 1,
    Removed = 2,
}

/// <summary>Two versions of a DAG as one graph.</summary>
/// <param name="Nodes">The newer version's nodes, then the removed ones.</param>
/// <param name="Graph">Edges of both versions.</param>
/// <param name="Flags">Badges of each node.</param>
/// <param name="Edges">What became of each edge of <see cref="Graph"/>.</param>
public sealed record ComparisonGraph(
    IReadOnlyList<DagNode> Nodes, DagGraph Graph, IReadOnlyList<GraphFlags> Flags, IReadOnlyList<EdgeStatus> Edges);
