namespace Qmtl.Shared.Graphs;

/// <summary>Counts crossings of a drawing whose edges are straight lines between the nodes: a measure that can be taken of any layout.</summary>
public static class StraightLineCrossings
{
    /// <summary>Pairs of edges without a common end whose straight lines cross. Quadratic in the edges: a measure for tests and benchmarks.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Where the nodes stand; any point of the node, the same in all nodes.</param>
    /// <param name="y">Where the nodes stand.</param>
    public static long Count(DagGraph graph, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var from = graph.From;
        var to = graph.To;
        var crossings = 0L;
        for (var i = 0; i < from.Length; i++)
        {
            var (a, b) = (from[i], to[i]);
            for (var j = i + 1; j < from.Length; j++)
            {
                var (c, d) = (from[j], to[j]);
                if (a == c || a == d || b == c || b == d) continue;
                if (Side(x, y, a, b, c) * Side(x, y, a, b, d) < 0 && Side(x, y, c, d, a) * Side(x, y, c, d, b) < 0) crossings++;
            }
        }

        return crossings;
    }

    private static int Side(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int a, int b, int p) =>
        Math.Sign(((x[b] - x[a]) * (y[p] - y[a])) - ((y[b] - y[a]) * (x[p] - x[a])));
}
