using System.Text.Json;
using System.Xml.Linq;
using Qmtl.Shared.Graphs;

namespace Qmtl.Tests.Unit.Graphs;

public sealed class GraphOutputTests
{
    [Theory]
    [InlineData("head-3-branching")]
    [InlineData("head-sdk-400")]
    [InlineData("seed-3-branching")]
    public void Message_carries_the_whole_drawing(string fixture)
    {
        var dag = TestGraphs.ReadFixture(fixture);
        var graph = DagGraph.FromDag(dag);
        var layout = LayeredLayout.Compute(graph);
        var message = GraphMessage.ToUtf8(dag.Nodes, graph, layout, i => new GraphNodeFacts($"topic {i}", i % 2 == 0 ? GraphFlags.Shared | GraphFlags.New : GraphFlags.None));
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        Assert.Equal(1, root.GetProperty("v").GetInt32());
        Assert.Equal((168, 44), (root.GetProperty("nw").GetInt32(), root.GetProperty("nh").GetInt32()));
        Assert.Equal(dag.Nodes.Select(n => n.NodeId), Texts(root, "id"));
        Assert.Equal(dag.Nodes.Select(n => n.DisplayName), Texts(root, "name"));
        Assert.Equal("topic 1", Texts(root, "sub")[1]);
        Assert.Equal(3, Numbers(root, "flags")[0]);
        var types = Texts(root, "types");
        Assert.Equal(dag.Nodes.Select(n => n.NodeType), Numbers(root, "type").Select(t => types[t]));
        Assert.Equal(layout.X.Select(x => (int)Math.Round(x)), Numbers(root, "x"));
        Assert.Equal(layout.Y.Select(y => (int)Math.Round(y)), Numbers(root, "y"));
        Assert.Equal(layout.Layer, Numbers(root, "layer"));
        var edges = Numbers(root, "edges");
        var routes = root.GetProperty("routes");
        Assert.Equal(graph.EdgeCount, routes.GetArrayLength());
        for (var e = 0; e < graph.EdgeCount; e++)
        {
            Assert.Equal((graph.From[e], graph.To[e]), (edges[2 * e], edges[(2 * e) + 1]));
            Assert.Equal(layout.Route(e).Length, routes[e].GetArrayLength());
            Assert.Equal((int)Math.Round(layout.Route(e)[^1]), routes[e][routes[e].GetArrayLength() - 1].GetInt32());
        }

        Assert.False(root.TryGetProperty("eflags", out _));
    }

    [Fact]
    public void Message_of_a_comparison_says_what_became_of_each_edge()
    {
        var older = TestGraphs.Dag(TestGraphs.Node("a", "a"), TestGraphs.Node("b", "b", ["a"]));
        var newer = TestGraphs.Dag(TestGraphs.Node("a", "a"), TestGraphs.Node("c", "c", ["a"], code: "other"));
        var union = DagComparison.Compare(older, newer).ToGraph();
        var message = GraphMessage.ToUtf8(
            union.Nodes, union.Graph, LayeredLayout.Compute(union.Graph), i => new GraphNodeFacts("", union.Flags[i]), union.Edges);
        using var json = JsonDocument.Parse(message);
        Assert.Equal([1, 2], Numbers(json.RootElement, "eflags"));
        Assert.Equal([0, (int)GraphFlags.Added, (int)GraphFlags.Removed], Numbers(json.RootElement, "flags"));
    }

    [Fact]
    public void Message_survives_text_that_is_not_unicode_and_refuses_parts_that_do_not_fit()
    {
        var nodes = new[] { TestGraphs.Node("lone \ud800 surrogate", "\"quoted\" \0") };
        var graph = DagGraph.FromEdges(1, []);
        using var json = JsonDocument.Parse(GraphMessage.ToUtf8(nodes, graph, LayeredLayout.Compute(graph)));
        Assert.Equal("lone \ufffd surrogate", Texts(json.RootElement, "id")[0]);
        Assert.Equal("\"quoted\" \0", Texts(json.RootElement, "name")[0]);
        Assert.Throws<ArgumentException>(() => GraphMessage.ToUtf8(nodes, graph, LayeredLayout.Compute(TestGraphs.Chain(2))));
    }

    [Fact]
    public void Svg_is_well_formed_and_complete()
    {
        var dag = TestGraphs.ReadFixture("head-sdk-40");
        var graph = DagGraph.FromDag(dag);
        var svg = XDocument.Parse(SvgDrawing.ToSvg(dag.Nodes, graph, LayeredLayout.Compute(graph), title: "forty"));
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(dag.Nodes.Count, svg.Descendants(ns + "rect").Count(r => (string?)r.Attribute("class") == "box"));
        Assert.Equal(graph.EdgeCount, svg.Descendants(ns + "g").Single(g => (string?)g.Attribute("class") == "edges").Elements().Count());
        Assert.Equal("forty", svg.Root!.Element(ns + "title")!.Value);
        foreach (var node in dag.Nodes) Assert.Contains(svg.Descendants(ns + "title"), t => t.Value.Contains(node.NodeId, StringComparison.Ordinal));
    }

    [Fact]
    public void Svg_escapes_what_would_break_out()
    {
        const string bad = "<script>alert(\"1\")</script> & ' \u0001 \ud800 ]]>";
        var nodes = new[] { TestGraphs.Node(bad, bad, type: bad, tags: [bad]) };
        var graph = DagGraph.FromEdges(1, [(0, 0)]);
        var text = SvgDrawing.ToSvg(nodes, graph, LayeredLayout.Compute(graph), title: bad);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        var svg = XDocument.Parse(text);
        Assert.StartsWith("<script>alert(\"1\")</script> & ' \ufffd \ufffd ]]>", svg.Root!.Elements().First().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Svg_marks_what_changed_in_words()
    {
        var nodes = new[] { TestGraphs.Node("a", "a"), TestGraphs.Node("b", "b", ["a"]) };
        var graph = DagGraph.FromEdges(2, [(0, 1)]);
        var svg = SvgDrawing.ToSvg(nodes, graph, LayeredLayout.Compute(graph), i => new GraphNodeFacts("", i == 0 ? GraphFlags.ChangedCode : GraphFlags.Removed), edges: [EdgeStatus.Removed]);
        Assert.Contains(">code<", svg, StringComparison.Ordinal);
        Assert.Contains(">removed<", svg, StringComparison.Ordinal);
        Assert.Contains("class=\"e2\"", svg, StringComparison.Ordinal);
    }

    private static string[] Texts(JsonElement root, string name) => root.GetProperty(name).EnumerateArray().Select(t => t.GetString()!).ToArray();

    private static int[] Numbers(JsonElement root, string name) => root.GetProperty(name).EnumerateArray().Select(t => t.GetInt32()).ToArray();
}
