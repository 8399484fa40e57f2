using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Tests.Unit.Graphs;

public sealed class DagComparisonTests
{
    private static readonly Dag Older = TestGraphs.Dag(
        TestGraphs.Node("p1", "price", type: "StreamInput"),
        TestGraphs.Node("v1", "volume", type: "StreamInput"),
        TestGraphs.Node("e1", "ema", ["p1"], parameters: """{"window":12}"""),
        TestGraphs.Node("s1", "signal", ["e1"]));

    private static NodeComparison Of(DagComparison c, Dag older, Dag newer, string name) =>
        c.Nodes.Single(n => (n.Newer >= 0 ? newer.Nodes[n.Newer] : older.Nodes[n.Older]).Name == name);

    [Fact]
    public void Same_is_same()
    {
        var c = DagComparison.Compare(Older, Older);
        Assert.True(c.IsSame);
        Assert.All(c.Nodes, n => Assert.Equal(NodeMatch.NodeId, n.Match));
    }

    [Fact]
    public void Changed_source_changes_ids_downstream_but_only_the_source_changed()
    {
        var newer = TestGraphs.Dag(
            TestGraphs.Node("p2", "price", type: "StreamInput", schema: "s2"),
            TestGraphs.Node("v1", "volume", type: "StreamInput"),
            TestGraphs.Node("e2", "ema", ["p2"], parameters: """{"window":12}"""),
            TestGraphs.Node("s2", "signal", ["e2"]));
        var c = DagComparison.Compare(Older, newer);
        Assert.Equal((0, 0, 1, 2, 1), (c.Added, c.Removed, c.Changed, c.UpstreamChanged, c.Unchanged));
        Assert.Equal(NodeChanges.Schema, Of(c, Older, newer, "price").Changes);
        Assert.Equal(NodeStatus.UpstreamChanged, Of(c, Older, newer, "signal").Status);
        Assert.Equal(NodeMatch.NameAndType, Of(c, Older, newer, "signal").Match);
        Assert.Equal(GraphFlags.UpstreamChanged, Of(c, Older, newer, "ema").Flags);
    }

    [Fact]
    public void Code_parameters_wiring_added_and_removed_are_told_apart()
    {
        var newer = TestGraphs.Dag(
            TestGraphs.Node("p1", "price", type: "StreamInput"),
            TestGraphs.Node("e2", "ema", ["p1"], code: "c2", parameters: """{"window":20}"""),
            TestGraphs.Node("x1", "extra", ["p1"]),
            TestGraphs.Node("s2", "signal", ["e2", "x1"]));
        var c = DagComparison.Compare(Older, newer);
        Assert.Equal((1, 1), (c.Added, c.Removed));
        Assert.Equal(NodeChanges.Code | NodeChanges.Parameters, Of(c, Older, newer, "ema").Changes);
        Assert.Equal(NodeChanges.Rewired | NodeChanges.Upstream, Of(c, Older, newer, "signal").Changes);
        Assert.Equal(NodeStatus.Removed, Of(c, Older, newer, "volume").Status);
        Assert.Equal(NodeStatus.Added, Of(c, Older, newer, "extra").Status);
        Assert.Equal(GraphFlags.ChangedCode | GraphFlags.ChangedParameters, Of(c, Older, newer, "ema").Flags);
    }

    [Fact]
    public void Order_of_inputs_and_of_parameters_does_not_count()
    {
        var older = TestGraphs.Dag(TestGraphs.Node("a", "a"), TestGraphs.Node("b", "b"), TestGraphs.Node("c", "c", ["a", "b", "lost"], parameters: """{"x":1,"y":2}"""));
        var newer = TestGraphs.Dag(TestGraphs.Node("b", "b"), TestGraphs.Node("a", "a"), TestGraphs.Node("c", "c", ["lost", "b", "a", "b"], parameters: """{"y":2,"x":1}"""));
        Assert.True(DagComparison.Compare(older, newer).IsSame);
        var other = TestGraphs.Dag(TestGraphs.Node("b", "b"), TestGraphs.Node("a", "a"), TestGraphs.Node("c", "c", ["gone", "b", "a"], parameters: """{"y":2,"x":1}"""));
        Assert.Equal(NodeChanges.Rewired, Of(DagComparison.Compare(older, other), older, other, "c").Changes);
    }

    [Fact]
    public void Nodes_without_a_name_are_known_by_definition_and_inputs()
    {
        static Dag Make(string version, string sourceCode) => TestGraphs.Dag(
            TestGraphs.Node("p" + version, "price", type: "StreamInput", code: sourceCode),
            TestGraphs.Node("a" + version, null, ["p" + version], parameters: """{"w":1}"""),
            TestGraphs.Node("b" + version, null, ["p" + version], parameters: """{"w":2}"""),
            TestGraphs.Node("c" + version, null, ["b" + version, "a" + version]));
        var c = DagComparison.Compare(Make("1", "x"), Make("2", "y"));
        Assert.Equal((0, 0, 1, 3), (c.Added, c.Removed, c.Changed, c.UpstreamChanged));
        Assert.Equal([0, 1, 2, 3], c.Nodes.Select(n => n.Older));
        Assert.Equal(3, c.Nodes.Count(n => n.Match == NodeMatch.Definition));
    }

    [Fact]
    public void Ambiguous_names_do_not_match_by_name()
    {
        var older = TestGraphs.Dag(TestGraphs.Node("a1", "x", code: "1"), TestGraphs.Node("a2", "x", code: "2"));
        var newer = TestGraphs.Dag(TestGraphs.Node("b1", "x", code: "3"));
        var c = DagComparison.Compare(older, newer);
        Assert.Equal((1, 2), (c.Added, c.Removed));
    }

    [Fact]
    public void Rename_alone_is_a_label_and_does_not_spread()
    {
        var newer = TestGraphs.Dag([TestGraphs.Node("p1", "price usd", type: "StreamInput"), .. Older.Nodes.Skip(1)]);
        var c = DagComparison.Compare(Older, newer);
        Assert.Equal((1, 0, 3), (c.Changed, c.UpstreamChanged, c.Unchanged));
        Assert.Equal(NodeChanges.Labels, c.Nodes[0].Changes);
    }

    [Fact]
    public void Both_versions_fit_one_drawing_even_when_an_edge_turns_round()
    {
        var older = TestGraphs.Dag(TestGraphs.Node("a", "a"), TestGraphs.Node("b", "b", ["a"]), TestGraphs.Node("gone", "gone", ["b"]));
        var newer = TestGraphs.Dag(TestGraphs.Node("a", "a", ["b"]), TestGraphs.Node("b", "b"), TestGraphs.Node("n", "new", ["a"]));
        var union = DagComparison.Compare(older, newer).ToGraph();
        Assert.Equal(["a", "b", "new", "gone"], union.Nodes.Select(n => n.Name));
        Assert.Equal(4, union.Graph.EdgeCount);
        Assert.Equal(2, union.Edges.Count(e => e == EdgeStatus.Removed));
        Assert.Equal(2, union.Edges.Count(e => e == EdgeStatus.Added));
        Assert.Equal(1, LayeredLayout.Compute(union.Graph).ReversedEdges);
    }

    [Fact]
    public void Large_versions_compare_in_linear_time()
    {
        // Every id differs and no node has a name: the slowest way through. A quadratic method would need minutes.
        static Dag Make(int version) => TestGraphs.Dag(Enumerable.Range(0, 60_000)
            .Select(i => TestGraphs.Node($"{version}:{i}", null, i == 0 ? [] : [$"{version}:{i - 1}"], interval: 60 + (i % 7))).ToArray());
        var (older, newer) = (Make(1), Make(2));
        var c = DagComparison.Compare(older, newer);
        Assert.True(c.IsSame);
    }
}
