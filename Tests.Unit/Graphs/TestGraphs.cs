using System.Text.Json;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Tests.Unit.Graphs;

/// <summary>Graph families that the graph tests share. Seeded: the same graph on every run.</summary>
internal static class TestGraphs
{
    /// <summary>Edges between random pairs, from the lower index to the higher.</summary>
    public static DagGraph Sparse(int nodes, int edges, int seed)
    {
        var random = new Random(seed);
        var set = new HashSet<(int, int)>();
        while (set.Count < edges)
        {
            var (a, b) = (random.Next(nodes), random.Next(nodes));
            if (a != b) set.Add((Math.Min(a, b), Math.Max(a, b)));
        }

        return DagGraph.FromEdges(nodes, set.ToArray());
    }

    /// <summary>Sources, indicators on them, blends of those, and a few signals.</summary>
    public static DagGraph Strategy(int nodes, int seed)
    {
        var random = new Random(seed);
        var edges = new List<(int, int)>();
        var (sources, indicators, blends) = (Math.Max(1, nodes / 6), Math.Max(2, nodes * 55 / 100), Math.Max(3, nodes * 9 / 10));
        for (var v = sources; v < indicators; v++) edges.Add((random.Next(sources), v));
        for (var v = indicators; v < nodes; v++)
        {
            for (var i = 1 + random.Next(3); i > 0; i--) edges.Add((random.Next(v < blends ? sources : indicators, v), v));
        }

        return DagGraph.FromEdges(nodes, edges.ToArray());
    }

    public static DagGraph Chain(int nodes) => DagGraph.FromEdges(nodes, Enumerable.Range(0, Math.Max(0, nodes - 1)).Select(i => (i, i + 1)).ToArray());

    public static DagGraph Star(int leaves) => DagGraph.FromEdges(leaves + 1, Enumerable.Range(1, leaves).Select(i => (0, i)).ToArray());

    public static DagGraph Tree(int nodes) => DagGraph.FromEdges(nodes, Enumerable.Range(1, nodes - 1).Select(i => ((i - 1) / 2, i)).ToArray());

    public static DagGraph Bipartite(int left, int right) =>
        DagGraph.FromEdges(left + right, Enumerable.Range(0, left * right).Select(i => (i / right, left + (i % right))).ToArray());

    /// <summary>A chain of 400 with edges that skip far ahead: more dummies than the layout wants to have.</summary>
    public static DagGraph SkippingChain(int nodes, int skips) => DagGraph.FromEdges(
        nodes,
        Enumerable.Range(0, nodes - 1).Select(i => (i, i + 1))
            .Concat(Enumerable.Range(0, skips).Select(i => (i * 7919 % (nodes / 2), (nodes / 2) + (i * 104729 % (nodes / 2))))).ToArray());

    public static DagGraph ThreeComponents()
    {
        var edges = new List<(int, int)>();
        for (var i = 1; i < 20; i++) edges.Add(((i - 1) / 3, i));
        for (var i = 21; i < 40; i++) edges.Add((i - 1, i));
        for (var i = 41; i < 55; i++) edges.Add((40, i));
        return DagGraph.FromEdges(60, edges.ToArray());
    }

    public static IEnumerable<(string Name, Func<DagGraph> Make)> Families()
    {
        yield return ("empty", () => DagGraph.FromEdges(0, []));
        yield return ("one node", () => DagGraph.FromEdges(1, []));
        yield return ("isolated", () => DagGraph.FromEdges(100, []));
        yield return ("self-loop", () => DagGraph.FromEdges(3, [(0, 1), (1, 1), (2, 2)]));
        for (var i = 1; i <= 4; i++)
        {
            var seed = i;
            yield return ($"sparse 1.5 #{seed}", () => Sparse(120, 180, seed));
            yield return ($"sparse 2 #{seed}", () => Sparse(150, 300, seed));
            yield return ($"strategy #{seed}", () => Strategy(90, seed));
        }

        yield return ("sparse 600", () => Sparse(600, 900, 5));
        yield return ("chain", () => Chain(60));
        yield return ("star", () => Star(200));
        yield return ("in-star", () => DagGraph.FromEdges(121, Enumerable.Range(0, 120).Select(i => (i, 120)).ToArray()));
        yield return ("tree", () => Tree(127));
        yield return ("bipartite", () => Bipartite(12, 14));
        yield return ("three components", () => ThreeComponents());
        yield return ("skipping chain", () => SkippingChain(400, 300));
        yield return ("cycle", () => DagGraph.FromEdges(6, [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]));
        yield return ("edges both ways", () => DagGraph.FromEdges(5, [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 4), (4, 0)]));
        foreach (var file in new[] { "head-3-branching", "head-sdk-40", "head-sdk-400", "seed-2-tagquery" })
            yield return (file, () => DagGraph.FromDag(ReadFixture(file)));
    }

    public static Dag ReadFixture(string name) =>
        DagReader.Read(Fixture.Bytes($"contracts/dags/{name}.json")).Dag ?? throw new InvalidOperationException($"{name} has no DAG.");

    /// <summary>A DAG from short descriptions of its nodes.</summary>
    public static Dag Dag(params DagNode[] nodes) =>
        new() { Generation = DagGeneration.Newer, Nodes = nodes, SubmissionChecksum = 0, DiffChecksum = 0 };

    public static DagNode Node(
        string id, string? name = null, string[]? inputs = null, string type = "ProcessingNode", string code = "c", string schema = "s",
        string parameters = "{}", long interval = 60, string[]? tags = null) => new()
    {
        Index = 0,
        NodeId = id,
        NodeType = type,
        Name = name,
        Interval = interval,
        Tags = tags ?? [],
        Inputs = inputs ?? [],
        CodeHash = code,
        SchemaHash = schema,
        Json = JsonDocument.Parse($$"""{"params":{{parameters}}}""").RootElement,
        Verdict = new NodeIdVerdict(NodeIdState.Verified, id, ""),
    };

    /// <summary>Nodes for a graph that was made from indexes.</summary>
    public static DagNode[] NodesFor(DagGraph graph) => Enumerable.Range(0, graph.NodeCount)
        .Select(i => Node($"n{i}", $"node {i}", graph.Predecessors(i).ToArray().Select(p => $"n{p}").ToArray())).ToArray();
}
