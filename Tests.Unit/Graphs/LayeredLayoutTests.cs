using Qmtl.Shared.Graphs;

namespace Qmtl.Tests.Unit.Graphs;

public sealed class LayeredLayoutTests
{
    public static TheoryData<string> Names()
    {
        var data = new TheoryData<string>();
        foreach (var (name, _) in TestGraphs.Families()) data.Add(name);
        return data;
    }

    private static DagGraph GraphOf(string name) => TestGraphs.Families().First(f => f.Name == name).Make();

    [Theory]
    [MemberData(nameof(Names))]
    public void Nodes_do_not_overlap_and_lie_inside(string name)
    {
        var graph = GraphOf(name);
        var r = LayeredLayout.Compute(graph);
        for (var a = 0; a < graph.NodeCount; a++)
        {
            Assert.InRange(r.X[a], 0, r.Width - r.NodeWidth);
            Assert.InRange(r.Y[a], 0, r.Height - r.NodeHeight);
            for (var b = a + 1; b < graph.NodeCount; b++)
            {
                var apart = Math.Abs(r.X[a] - r.X[b]) >= r.NodeWidth + 8 || Math.Abs(r.Y[a] - r.Y[b]) >= r.NodeHeight + 8;
                Assert.True(apart, $"{name}: nodes {a} and {b} overlap");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Routes_join_the_sides_of_their_nodes_and_run_left_to_right(string name)
    {
        var graph = GraphOf(name);
        var r = LayeredLayout.Compute(graph);
        Assert.Equal(graph.EdgeCount + 1, r.RouteStart.Length);
        var backwards = 0;
        for (var e = 0; e < graph.EdgeCount; e++)
        {
            var (from, to) = (graph.From[e], graph.To[e]);
            var route = r.Route(e);
            Assert.True(route.Length >= 8 && (route.Length / 2) % 3 == 1, $"{name}: edge {e} has {route.Length / 2} points");
            if (from == to) continue;
            var back = route[0] > route[^2];
            if (back) backwards++;
            var (startX, endX) = back ? (r.X[from], r.X[to] + r.NodeWidth) : (r.X[from] + r.NodeWidth, r.X[to]);
            Assert.Equal(startX, route[0], 0.01);
            Assert.Equal(endX, route[^2], 0.01);
            Assert.InRange(route[1], r.Y[from] + 2, r.Y[from] + r.NodeHeight - 2);
            Assert.InRange(route[^1], r.Y[to] + 2, r.Y[to] + r.NodeHeight - 2);
            for (var i = 2; i < route.Length; i += 2)
                Assert.True(back ? route[i] <= route[i - 2] + 0.01f : route[i] >= route[i - 2] - 0.01f, $"{name}: edge {e} turns back in x");
        }

        Assert.Equal(r.ReversedEdges, backwards);
        if (TopologicalOrder.Of(graph).IsAcyclic) Assert.Equal(0, backwards);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_route_runs_under_a_node(string name)
    {
        var graph = GraphOf(name);
        var r = LayeredLayout.Compute(graph);
        const double clear = 2;
        for (var e = 0; e < graph.EdgeCount; e++)
        {
            var route = r.Route(e).ToArray();
            for (var s = 0; s + 7 < route.Length; s += 6)
            {
                var segment = route[s..(s + 8)];
                foreach (var v in NodesNear(r, segment, clear))
                {
                    foreach (var (x, y) in Samples(segment))
                    {
                        if (x <= r.X[v] + 0.05 || x >= r.X[v] + r.NodeWidth - 0.05 || y <= r.Y[v] - clear || y >= r.Y[v] + r.NodeHeight + clear) continue;
                        Assert.Fail($"{name}: edge {e} ({graph.From[e]} to {graph.To[e]}) runs under node {v} at {x:F1}, {y:F1}");
                    }
                }
            }
        }
    }

    /// <summary>Nodes whose box meets the box of the segment's control points, in which the curve lies.</summary>
    private static List<int> NodesNear(LayoutResult r, float[] p, double clear)
    {
        var (left, right) = (Math.Min(Math.Min(p[0], p[2]), Math.Min(p[4], p[6])), Math.Max(Math.Max(p[0], p[2]), Math.Max(p[4], p[6])));
        var (top, bottom) = (Math.Min(Math.Min(p[1], p[3]), Math.Min(p[5], p[7])), Math.Max(Math.Max(p[1], p[3]), Math.Max(p[5], p[7])));
        var near = new List<int>();
        for (var v = 0; v < r.X.Length; v++)
        {
            if (r.X[v] < right && r.X[v] + r.NodeWidth > left && r.Y[v] - clear < bottom && r.Y[v] + r.NodeHeight + clear > top) near.Add(v);
        }

        return near;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Same_graph_gives_the_same_bytes(string name)
    {
        var (one, two) = (LayeredLayout.Compute(GraphOf(name)), LayeredLayout.Compute(GraphOf(name)));
        Assert.Equal(one.X, two.X);
        Assert.Equal(one.Y, two.Y);
        Assert.Equal(one.RouteStart, two.RouteStart);
        Assert.True(one.RoutePoints.AsSpan().SequenceEqual(two.RoutePoints));
    }

    [Fact]
    public void Order_in_which_edges_are_given_does_not_reach_the_node_positions_of_a_tree()
    {
        var edges = Enumerable.Range(1, 62).Select(i => ((i - 1) / 2, i)).ToArray();
        var one = LayeredLayout.Compute(DagGraph.FromEdges(63, edges));
        Array.Reverse(edges);
        var two = LayeredLayout.Compute(DagGraph.FromEdges(63, edges));
        Assert.Equal(one.X, two.X);
        Assert.Equal(one.Y, two.Y);
    }

    [Theory]
    [InlineData("tree", 0)]
    [InlineData("chain", 0)]
    [InlineData("star", 0)]
    [InlineData("head-3-branching", 0)]
    [InlineData("head-sdk-40", 0)]
    public void Drawings_that_need_no_crossing_have_none(string name, int crossings)
    {
        var graph = GraphOf(name);
        var r = LayeredLayout.Compute(graph, new LayoutOptions { FoldTallLayers = false });
        Assert.Equal(crossings, StraightLineCrossings.Count(graph, r.X, r.Y));
    }

    [Fact]
    public void Chain_is_one_straight_line()
    {
        var r = LayeredLayout.Compute(TestGraphs.Chain(30));
        Assert.All(r.Y, y => Assert.Equal(r.Y[0], y, 0.01));
        Assert.Equal(30, r.LayerCount);
        Assert.Equal(4 * 29, r.RoutePoints.Length / 2);
    }

    [Fact]
    public void Edge_that_passes_an_aligned_node_is_straight_in_the_middle()
    {
        // 0 -> 1 -> 2 -> 3 -> 4 and the long edge 0 -> 4: one bend out, one bend back.
        var graph = DagGraph.FromEdges(5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]);
        var r = LayeredLayout.Compute(graph);
        var e = Enumerable.Range(0, 5).Single(i => graph.From[i] == 0 && graph.To[i] == 4);
        Assert.Equal(1 + (3 * 3), r.Route(e).Length / 2);
    }

    [Fact]
    public void Wide_graph_is_folded_to_a_usable_shape()
    {
        var r = LayeredLayout.Compute(DagGraph.FromDag(TestGraphs.ReadFixture("head-sdk-400")));
        Assert.InRange(r.Height / r.Width, 0.4, 1.5);
        Assert.InRange(r.Height, 1000, 5000);
    }

    [Fact]
    public void Isolated_nodes_stand_in_a_block()
    {
        var r = LayeredLayout.Compute(DagGraph.FromEdges(300, []));
        Assert.InRange(r.Height / r.Width, 0.3, 1.2);
    }

    [Fact]
    public void Large_graphs_and_a_very_long_chain_come_out()
    {
        foreach (var graph in new[] { TestGraphs.Sparse(10_000, 15_000, 3), TestGraphs.Chain(60_000), TestGraphs.SkippingChain(20_000, 10_000), TestGraphs.Star(5_000), TestGraphs.Bipartite(200, 200) })
        {
            var r = LayeredLayout.Compute(graph);
            Assert.Equal(graph.EdgeCount + 1, r.RouteStart.Length);
            Assert.All(r.Y, y => Assert.True(double.IsFinite(y)));
            Assert.True(r.RoutePoints.Length < 60 * 1_000_000, "routes are too large");
        }
    }

    [Fact]
    public void Cancelling_ends_it()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => LayeredLayout.Compute(TestGraphs.Chain(5), null, source.Token));
    }

    /// <summary>Points of the Bézier curves, 24 a segment.</summary>
    private static IEnumerable<(double X, double Y)> Samples(float[] p)
    {
        const int steps = 24;
        for (var s = 0; s + 7 < p.Length; s += 6)
        {
            for (var k = 0; k <= steps; k++)
            {
                var (t, u) = (k / (double)steps, 1 - (k / (double)steps));
                var (a, b, c, d) = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t);
                yield return ((a * p[s]) + (b * p[s + 2]) + (c * p[s + 4]) + (d * p[s + 6]), (a * p[s + 1]) + (b * p[s + 3]) + (c * p[s + 5]) + (d * p[s + 7]));
            }
        }
    }
}
