namespace Qmtl.Shared.Graphs;

/// <summary>The weakly connected components of a graph that have edges, and the nodes that have none.</summary>
internal sealed class ComponentSplit
{
    private ComponentSplit(IReadOnlyList<Part> parts, IReadOnlyList<int> isolated)
    {
        Parts = parts;
        Isolated = isolated;
    }

    /// <summary>In order of their first node.</summary>
    public IReadOnlyList<Part> Parts { get; }

    /// <summary>Nodes without an edge to another node, ascending.</summary>
    public IReadOnlyList<int> Isolated { get; }

    public static ComponentSplit Of(DagGraph graph, bool[] reversed)
    {
        var n = graph.NodeCount;
        var part = new int[n];
        Array.Fill(part, -1);
        var local = new int[n];
        var queue = new int[n];
        var nodesOf = new List<int[]>();
        var isolated = new List<int>();
        for (var root = 0; root < n; root++)
        {
            if (part[root] >= 0) continue;
            var (head, tail) = (0, 0);
            queue[tail++] = root;
            part[root] = nodesOf.Count;
            while (head < tail)
            {
                var v = queue[head++];
                foreach (var w in graph.Successors(v)) Reach(w);
                foreach (var w in graph.Predecessors(v)) Reach(w);
            }

            if (tail == 1)
            {
                isolated.Add(root);
                part[root] = int.MaxValue;
                continue;
            }

            var nodes = queue.AsSpan(0, tail).ToArray();
            Array.Sort(nodes);
            for (var i = 0; i < tail; i++) local[nodes[i]] = i;
            nodesOf.Add(nodes);

            void Reach(int w)
            {
                if (part[w] >= 0) return;
                part[w] = nodesOf.Count;
                queue[tail++] = w;
            }
        }

        var edgeCount = new int[nodesOf.Count];
        for (var e = 0; e < graph.EdgeCount; e++)
        {
            if (graph.From[e] != graph.To[e]) edgeCount[part[graph.From[e]]]++;
        }

        var edges = Array.ConvertAll(edgeCount, count => new int[count]);
        Array.Clear(edgeCount);
        for (var e = 0; e < graph.EdgeCount; e++)
        {
            if (graph.From[e] == graph.To[e]) continue;
            var p = part[graph.From[e]];
            edges[p][edgeCount[p]++] = e;
        }

        var parts = new Part[nodesOf.Count];
        for (var p = 0; p < parts.Length; p++)
        {
            var from = new int[edges[p].Length];
            var to = new int[edges[p].Length];
            for (var i = 0; i < from.Length; i++)
            {
                var e = edges[p][i];
                var (f, t) = (local[graph.From[e]], local[graph.To[e]]);
                (from[i], to[i]) = reversed[e] ? (t, f) : (f, t);
            }

            parts[p] = new Part(new LayeredComponent(nodesOf[p].Length, from, to), nodesOf[p], edges[p]);
        }

        return new ComponentSplit(parts, isolated);
    }

    /// <param name="Component">The component with its own node and edge numbers.</param>
    /// <param name="Nodes">The graph's node for each of its nodes.</param>
    /// <param name="Edges">The graph's edge for each of its edges.</param>
    internal sealed record Part(LayeredComponent Component, int[] Nodes, int[] Edges);
}
