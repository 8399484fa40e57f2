namespace Qmtl.Shared.Graphs;

/// <summary>Assigns layers: longest path, then nodes move towards the side on which they have more edges, which shortens the edges.</summary>
internal static class Layering
{
    private const int MaxRounds = 12;
    private const long MaxSimplexWork = 4_000_000;

    public static void Assign(LayeredComponent c)
    {
        var n = c.NodeCount;
        var graph = new Adjacency(n, c.From, c.To);
        var order = LongestPath(c, graph);
        for (var round = 0; round < MaxRounds; round++)
        {
            var moved = false;
            for (var i = n - 1; i >= 0; i--) moved |= Tighten(c.NodeLayer, graph, order[i]);
            for (var i = 0; i < n; i++) moved |= Tighten(c.NodeLayer, graph, order[i]);
            if (!moved) break;
        }

        new NetworkSimplex(n, c.From, c.To, c.NodeLayer).Run(MaxSimplexWork);
        Normalise(c);
    }

    private static int[] LongestPath(LayeredComponent c, Adjacency graph)
    {
        var n = c.NodeCount;
        var order = new int[n];
        var open = new int[n];
        var (head, tail) = (0, 0);
        for (var v = 0; v < n; v++)
        {
            open[v] = graph.Before(v).Length;
            if (open[v] == 0) order[tail++] = v;
        }

        while (head < tail)
        {
            var v = order[head++];
            foreach (var w in graph.After(v))
            {
                if (c.NodeLayer[w] <= c.NodeLayer[v]) c.NodeLayer[w] = c.NodeLayer[v] + 1;
                if (--open[w] == 0) order[tail++] = w;
            }
        }

        return order;
    }

    /// <summary>Moves a node as far as its neighbours allow towards the side with more edges.</summary>
    private static bool Tighten(int[] layer, Adjacency graph, int v)
    {
        var before = graph.Before(v);
        var after = graph.After(v);
        if (before.Length == after.Length) return false;
        int target;
        if (after.Length > before.Length)
        {
            target = int.MaxValue;
            foreach (var w in after) target = Math.Min(target, layer[w] - 1);
        }
        else
        {
            target = int.MinValue;
            foreach (var u in before) target = Math.Max(target, layer[u] + 1);
        }

        if (target == layer[v]) return false;
        layer[v] = target;
        return true;
    }

    /// <summary>Makes the layers run from 0 without an empty one.</summary>
    private static void Normalise(LayeredComponent c)
    {
        var (min, max) = (int.MaxValue, int.MinValue);
        foreach (var l in c.NodeLayer) (min, max) = (Math.Min(min, l), Math.Max(max, l));
        var map = new int[max - min + 1];
        foreach (var l in c.NodeLayer) map[l - min] = 1;
        var count = 0;
        for (var i = 0; i < map.Length; i++) map[i] = map[i] == 0 ? -1 : count++;
        for (var v = 0; v < c.NodeCount; v++) c.NodeLayer[v] = map[c.NodeLayer[v] - min];
        c.LayerCount = count;
    }
}

/// <summary>Successors and predecessors of a small working graph, in compressed rows.</summary>
internal sealed class Adjacency
{
    private readonly int[] _afterStart;
    private readonly int[] _after;
    private readonly int[] _beforeStart;
    private readonly int[] _before;

    public Adjacency(int nodeCount, ReadOnlySpan<int> from, ReadOnlySpan<int> to)
    {
        (_afterStart, _after) = Rows(nodeCount, from, to);
        (_beforeStart, _before) = Rows(nodeCount, to, from);
    }

    public ReadOnlySpan<int> After(int node) => _after.AsSpan(_afterStart[node].._afterStart[node + 1]);

    public ReadOnlySpan<int> Before(int node) => _before.AsSpan(_beforeStart[node].._beforeStart[node + 1]);

    private static (int[] Start, int[] Other) Rows(int nodeCount, ReadOnlySpan<int> key, ReadOnlySpan<int> other)
    {
        var start = new int[nodeCount + 1];
        foreach (var k in key) start[k + 1]++;
        for (var i = 0; i < nodeCount; i++) start[i + 1] += start[i];
        var at = start.AsSpan(0, nodeCount).ToArray();
        var result = new int[key.Length];
        for (var e = 0; e < key.Length; e++) result[at[key[e]]++] = other[e];
        return (start, result);
    }
}
