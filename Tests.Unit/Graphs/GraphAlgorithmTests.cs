using Qmtl.Shared.Graphs;

namespace Qmtl.Tests.Unit.Graphs;

public sealed class GraphAlgorithmTests
{
    [Fact]
    public void Dag_inputs_become_edges_once_unknown_ones_are_counted_and_the_last_of_equal_ids_counts()
    {
        var dag = TestGraphs.Dag(
            TestGraphs.Node("a"), TestGraphs.Node("a"), TestGraphs.Node("b", inputs: ["a", "x", "a"]), TestGraphs.Node("c", inputs: ["b", "a"]));
        var graph = DagGraph.FromDag(dag);
        Assert.Equal((4, 3, 1, 1, 1), (graph.NodeCount, graph.EdgeCount, graph.UnknownInputs, graph.DuplicateEdges, graph.DuplicateIds));
        Assert.Equal([1], graph.Predecessors(2).ToArray());
        Assert.Equal([2, 1], graph.Predecessors(3).ToArray());
        Assert.Equal([2, 3], graph.Successors(1).ToArray());
        Assert.Equal(0, graph.OutDegree(0));
        for (var v = 0; v < 4; v++)
        {
            foreach (var e in graph.OutEdges(v)) Assert.Equal(v, graph.From[e]);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => DagGraph.FromEdges(2, [(0, 2)]));
    }

    [Fact]
    public void Order_puts_producers_first_and_depth_is_the_longest_path()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var graph = TestGraphs.Sparse(80, 160, seed);
            var t = TopologicalOrder.Of(graph);
            Assert.True(t.IsAcyclic);
            var place = new int[80];
            for (var i = 0; i < 80; i++) place[t.Order[i]] = i;
            for (var v = 0; v < 80; v++)
            {
                var longest = 0;
                foreach (var p in graph.Predecessors(v))
                {
                    Assert.True(place[p] < place[v]);
                    longest = Math.Max(longest, t.Depth[p] + 1);
                }

                Assert.Equal(longest, t.Depth[v]);
            }
        }
    }

    [Fact]
    public void Cycle_is_reported_with_what_lies_behind_it()
    {
        var graph = DagGraph.FromEdges(7, [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4), (0, 5), (6, 6)]);
        var t = TopologicalOrder.Of(graph);
        Assert.Equal([0, 5], t.Order);
        Assert.Equal([1, 2, 3, 4, 6], t.Remaining);
        Assert.Equal(-1, t.Depth[4]);
        var cycle = t.FindCycle(graph);
        Assert.Equal([1, 2, 3], cycle.Order());
        for (var i = 0; i < cycle.Count; i++) Assert.Contains(cycle[(i + 1) % cycle.Count], graph.Successors(cycle[i]).ToArray());
        Assert.Equal([0], TopologicalOrder.Of(DagGraph.FromEdges(1, [(0, 0)])).FindCycle(DagGraph.FromEdges(1, [(0, 0)])));
    }

    [Fact]
    public void Lineage_gives_the_shortest_depth_both_ways()
    {
        // 0 -> 1 -> 2 -> 4, 0 -> 3 -> 4, 0 -> 4, 5 apart
        var graph = DagGraph.FromEdges(6, [(0, 1), (1, 2), (2, 4), (0, 3), (3, 4), (0, 4)]);
        var up = Lineage.Upstream(graph, 4);
        Assert.Equal([(0, 1), (1, 2), (2, 1), (3, 1)], up.Nodes.Zip(up.Depths).Order());
        var down = Lineage.Downstream(graph, 0, maxDepth: 1);
        Assert.Equal([1, 3, 4], down.Nodes.Order());
        Assert.All(down.Depths, d => Assert.Equal(1, d));
        Assert.Equal(2, Lineage.Downstream(graph, 0).MaxDepth);
        Assert.Empty(Lineage.Downstream(graph, 5).Nodes);
        Assert.Throws<ArgumentOutOfRangeException>(() => Lineage.Upstream(graph, 6));
    }

    [Fact]
    public void Million_nodes_in_a_chain_need_no_stack()
    {
        const int n = 1_000_000;
        var graph = TestGraphs.Chain(n);
        var done = false;

        // A small stack: anything recursive would end the process.
        var thread = new Thread(
            () =>
            {
                Assert.Equal(n - 1, TopologicalOrder.Of(graph).Depth[n - 1]);
                Assert.Equal(n - 1, Lineage.Downstream(graph, 0).Nodes.Count);
                Assert.Equal(n - 1, Lineage.Upstream(graph, n - 1).MaxDepth);
                done = true;
            },
            256 * 1024);
        thread.Start();
        thread.Join();
        Assert.True(done);
    }
}
