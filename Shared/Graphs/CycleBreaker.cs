namespace Qmtl.Shared.Graphs;

/// <summary>Finds edges whose reversal makes a graph acyclic: those that lead back onto the path of a depth-first walk.</summary>
internal static class CycleBreaker
{
    /// <summary>True for each edge to reverse. Self-loops are not among them. All false for a DAG.</summary>
    public static bool[] EdgesToReverse(DagGraph graph)
    {
        var reverse = new bool[graph.EdgeCount];
        var topological = TopologicalOrder.Of(graph);
        if (topological.IsAcyclic) return reverse;
        var state = new byte[graph.NodeCount];
        var next = new int[graph.NodeCount];
        var path = new Stack<int>();
        foreach (var root in topological.Remaining)
        {
            if (state[root] != 0) continue;
            state[root] = 1;
            path.Push(root);
            while (path.TryPeek(out var v))
            {
                var successors = graph.Successors(v);
                if (next[v] == successors.Length)
                {
                    state[v] = 2;
                    path.Pop();
                    continue;
                }

                var w = successors[next[v]];
                var edge = graph.OutEdges(v)[next[v]++];
                if (w == v) continue;
                if (state[w] == 1)
                {
                    reverse[edge] = true;
                }
                else if (state[w] == 0)
                {
                    state[w] = 1;
                    path.Push(w);
                }
            }
        }

        return reverse;
    }
}
