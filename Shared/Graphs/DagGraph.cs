using Qmtl.Shared.Dags;

namespace Qmtl.Shared.Graphs;

/// <summary>
/// A directed graph over nodes 0…n-1 in compressed sparse rows. An edge runs from a node to the node that consumes it.
/// Edges are numbered by consumer, then in the order in which the consumer declares its inputs; an edge is kept once.
/// Cycles and self-loops are allowed here; <see cref="TopologicalOrder"/> reports them.
/// </summary>
public sealed class DagGraph
{
    private readonly int[] _inStart;
    private readonly int[] _from;
    private readonly int[] _to;
    private readonly int[] _outStart;
    private readonly int[] _outEdge;
    private readonly int[] _outTo;

    private DagGraph(int nodeCount, int[] inStart, int[] from, int[] to)
    {
        NodeCount = nodeCount;
        _inStart = inStart;
        _from = from;
        _to = to;
        _outStart = new int[nodeCount + 1];
        foreach (var f in from) _outStart[f + 1]++;
        for (var i = 0; i < nodeCount; i++) _outStart[i + 1] += _outStart[i];
        var next = _outStart.AsSpan(0, nodeCount).ToArray();
        _outEdge = new int[from.Length];
        _outTo = new int[from.Length];
        for (var e = 0; e < from.Length; e++)
        {
            var at = next[from[e]]++;
            _outEdge[at] = e;
            _outTo[at] = to[e];
        }
    }

    public int NodeCount { get; }

    public int EdgeCount => _from.Length;

    /// <summary>Inputs that name no node of the graph; they have no edge.</summary>
    public int UnknownInputs { get; private init; }

    /// <summary>Edges given more than once; each is kept once.</summary>
    public int DuplicateEdges { get; private init; }

    /// <summary>Nodes whose id a later node has, too. Inputs mean the later one.</summary>
    public int DuplicateIds { get; private init; }

    /// <summary>The producing node of every edge.</summary>
    public ReadOnlySpan<int> From => _from;

    /// <summary>The consuming node of every edge.</summary>
    public ReadOnlySpan<int> To => _to;

    /// <summary>Nodes that read this node, ordered by their index.</summary>
    public ReadOnlySpan<int> Successors(int node) => _outTo.AsSpan(_outStart[node].._outStart[node + 1]);

    /// <summary>Nodes that this node reads, in declared order.</summary>
    public ReadOnlySpan<int> Predecessors(int node) => _from.AsSpan(_inStart[node].._inStart[node + 1]);

    /// <summary>Numbers of the outgoing edges, parallel to <see cref="Successors"/>.</summary>
    public ReadOnlySpan<int> OutEdges(int node) => _outEdge.AsSpan(_outStart[node].._outStart[node + 1]);

    /// <summary>Number of the first incoming edge; the incoming edges are numbered consecutively.</summary>
    public int FirstInEdge(int node) => _inStart[node];

    public int OutDegree(int node) => _outStart[node + 1] - _outStart[node];

    public int InDegree(int node) => _inStart[node + 1] - _inStart[node];

    /// <summary>Builds the graph from pairs of node indexes. <see cref="ArgumentOutOfRangeException"/> for an index outside 0…n-1.</summary>
    public static DagGraph FromEdges(int nodeCount, ReadOnlySpan<(int From, int To)> edges)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nodeCount);
        var start = new int[nodeCount + 1];
        foreach (var (f, t) in edges)
        {
            if ((uint)f >= (uint)nodeCount || (uint)t >= (uint)nodeCount)
                throw new ArgumentOutOfRangeException(nameof(edges), $"Edge {f} -> {t} is outside 0…{nodeCount - 1}.");
            start[t + 1]++;
        }

        for (var i = 0; i < nodeCount; i++) start[i + 1] += start[i];
        var next = start.AsSpan(0, nodeCount).ToArray();
        var from = new int[edges.Length];
        foreach (var (f, t) in edges) from[next[t]++] = f;
        return Compact(nodeCount, start, from, 0, 0);
    }

    /// <summary>
    /// Builds the graph of a DAG: node i is <c>dag.Nodes[i]</c>, edges come from the nodes' inputs. Unknown inputs are skipped and counted;
    /// where several nodes share an id, inputs mean the last one.
    /// </summary>
    public static DagGraph FromDag(Dag dag)
    {
        ArgumentNullException.ThrowIfNull(dag);
        var nodes = dag.Nodes;
        var index = IndexIds(nodes, out var duplicates);
        var start = new int[nodes.Count + 1];
        var total = 0;
        for (var i = 0; i < nodes.Count; i++) total += nodes[i].Inputs.Count;
        var from = new int[total];
        var (at, unknown) = (0, 0);
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var input in nodes[i].Inputs)
            {
                if (index.TryGetValue(input, out var f)) from[at++] = f;
                else unknown++;
            }

            start[i + 1] = at;
        }

        return Compact(nodes.Count, start, from.AsSpan(0, at).ToArray(), unknown, duplicates);
    }

    /// <summary>Which node an id means: the last one that has it. Nodes without an id are not in the map.</summary>
    internal static Dictionary<string, int> IndexIds(IReadOnlyList<DagNode> nodes, out int duplicates)
    {
        var index = new Dictionary<string, int>(nodes.Count, StringComparer.Ordinal);
        var withId = 0;
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].NodeId.Length == 0) continue;
            index[nodes[i].NodeId] = i;
            withId++;
        }

        duplicates = withId - index.Count;
        return index;
    }

    /// <summary>Drops repeated inputs of a node (the first stays) and finishes the rows.</summary>
    private static DagGraph Compact(int nodeCount, int[] start, int[] from, int unknown, int duplicateIds)
    {
        var seenBy = new int[nodeCount];
        Array.Fill(seenBy, -1);
        var to = new int[from.Length];
        var at = 0;
        for (var v = 0; v < nodeCount; v++)
        {
            var (begin, end) = (start[v], start[v + 1]);
            start[v] = at;
            for (var i = begin; i < end; i++)
            {
                var f = from[i];
                if (seenBy[f] == v) continue;
                seenBy[f] = v;
                from[at] = f;
                to[at++] = v;
            }
        }

        start[nodeCount] = at;
        var repeated = from.Length - at;
        if (repeated > 0)
        {
            Array.Resize(ref from, at);
            Array.Resize(ref to, at);
        }

        return new DagGraph(nodeCount, start, from, to)
        {
            UnknownInputs = unknown,
            DuplicateEdges = repeated,
            DuplicateIds = duplicateIds,
        };
    }
}
