namespace Qmtl.Shared.Graphs;

/// <summary>
/// Topological order by Kahn's method, first in first out, in O(V+E). On a cycle the order holds the nodes before it; the nodes on the
/// cycle and behind it remain.
/// </summary>
public sealed class TopologicalOrder
{
    private TopologicalOrder(int[] order, int[] depth, int[] remaining)
    {
        Order = order;
        Depth = depth;
        Remaining = remaining;
    }

    /// <summary>Nodes such that each comes after all that it reads. Without the <see cref="Remaining"/> ones.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>For each node the number of edges on the longest path from a source to it; -1 for a remaining node.</summary>
    public IReadOnlyList<int> Depth { get; }

    /// <summary>Nodes on a cycle or downstream of one, ascending; empty for a DAG.</summary>
    public IReadOnlyList<int> Remaining { get; }

    public bool IsAcyclic => Remaining.Count == 0;

    public static TopologicalOrder Of(DagGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var n = graph.NodeCount;
        var open = new int[n];
        var depth = new int[n];
        var order = new int[n];
        var (head, tail) = (0, 0);
        for (var v = 0; v < n; v++)
        {
            open[v] = graph.InDegree(v);
            if (open[v] == 0) order[tail++] = v;
        }

        while (head < tail)
        {
            var v = order[head++];
            foreach (var w in graph.Successors(v))
            {
                if (depth[v] >= depth[w]) depth[w] = depth[v] + 1;
                if (--open[w] == 0) order[tail++] = w;
            }
        }

        if (tail == n) return new TopologicalOrder(order, depth, []);
        var remaining = new int[n - tail];
        var at = 0;
        for (var v = 0; v < n; v++)
        {
            if (open[v] == 0) continue;
            depth[v] = -1;
            remaining[at++] = v;
        }

        Array.Resize(ref order, tail);
        return new TopologicalOrder(order, depth, remaining);
    }

    /// <summary>
    /// One cycle as the nodes along it (each feeds the next, the last feeds the first), or an empty list for a DAG. A self-loop is a cycle of one.
    /// </summary>
    public IReadOnlyList<int> FindCycle(DagGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (IsAcyclic) return [];

        // A remaining node always has a remaining input: walking inputs must come back to a node of the walk.
        var step = new Dictionary<int, int>();
        var walk = new List<int>();
        var v = Remaining[0];
        while (step.TryAdd(v, walk.Count))
        {
            walk.Add(v);
            foreach (var p in graph.Predecessors(v))
            {
                if (Depth[p] >= 0) continue;
                v = p;
                break;
            }
        }

        var cycle = walk[step[v]..];
        cycle.Reverse();
        return cycle;
    }
}
