using Qmtl.Shared.Dags;

namespace Qmtl.Shared.Graphs;

/// <summary>
/// Finds the nodes that two DAGs have in common. Newer ids are hashes of the content with its dependencies, so one changed source changes every id
/// behind it; therefore the name and the definition count, too. Everything is hashed: linear in nodes and edges.
/// </summary>
internal sealed class NodeMatcher
{
    private readonly IReadOnlyList<DagNode> _older;
    private readonly IReadOnlyList<DagNode> _newer;
    private readonly Dictionary<string, int> _olderIds;
    private readonly Dictionary<string, int> _newerIds;
    private readonly HashSet<(int Index, string? Unknown)> _olderInputs = [];
    private readonly HashSet<(int Index, string? Unknown)> _newerInputs = [];

    public NodeMatcher(Dag older, Dag newer)
    {
        (_older, _newer) = (older.Nodes, newer.Nodes);
        _olderIds = DagGraph.IndexIds(_older, out _);
        _newerIds = DagGraph.IndexIds(_newer, out _);
        NewerOf = new int[_older.Count];
        OlderOf = new int[_newer.Count];
        How = new NodeMatch[_newer.Count];
        Array.Fill(NewerOf, -1);
        Array.Fill(OlderOf, -1);
    }

    /// <summary>The newer node of each older one, or -1.</summary>
    public int[] NewerOf { get; }

    /// <summary>The older node of each newer one, or -1.</summary>
    public int[] OlderOf { get; }

    /// <summary>How each newer node was matched.</summary>
    public NodeMatch[] How { get; }

    public void Run(DagGraph newerGraph)
    {
        foreach (var (id, o) in _olderIds)
        {
            if (_newerIds.TryGetValue(id, out var n)) Pair(o, n, NodeMatch.NodeId);
        }

        MatchNames();
        MatchDefinitions(newerGraph);
    }

    /// <summary>Index in the older DAG that an input of an older node means, or -1.</summary>
    public int OlderInput(string id) => _olderIds.GetValueOrDefault(id, -1);

    /// <summary>Index in the newer DAG that an input of a newer node means, or -1.</summary>
    public int NewerInput(string id) => _newerIds.GetValueOrDefault(id, -1);

    private void Pair(int older, int newer, NodeMatch how)
    {
        (NewerOf[older], OlderOf[newer], How[newer]) = (newer, older, how);
    }

    private void MatchNames()
    {
        var names = new Dictionary<(string Name, string Type), int>();
        for (var o = 0; o < _older.Count; o++)
        {
            if (NewerOf[o] >= 0 || string.IsNullOrEmpty(_older[o].Name)) continue;
            var key = (_older[o].Name!, _older[o].NodeType);
            names[key] = names.ContainsKey(key) ? -1 : o;
        }

        var candidates = new Dictionary<(string, string), int>();
        for (var n = 0; n < _newer.Count; n++)
        {
            if (OlderOf[n] >= 0 || string.IsNullOrEmpty(_newer[n].Name)) continue;
            var key = (_newer[n].Name!, _newer[n].NodeType);
            candidates[key] = candidates.ContainsKey(key) ? -1 : n;
        }

        foreach (var (key, n) in candidates)
        {
            if (n >= 0 && names.TryGetValue(key, out var o) && o >= 0) Pair(o, n, NodeMatch.NameAndType);
        }
    }

    /// <summary>
    /// Nodes without a unique name: equal in everything but the id, after their inputs were matched. Goes down the newer DAG in topological order,
    /// because a node can only be compared once its inputs are settled.
    /// </summary>
    private void MatchDefinitions(DagGraph newerGraph)
    {
        // Nodes with one definition and the same inputs are interchangeable, so a bucket rarely needs more than its first entry.
        const int MostTried = 8;
        var buckets = new Dictionary<Definition, List<int>>();
        for (var o = _older.Count - 1; o >= 0; o--)
        {
            if (NewerOf[o] >= 0) continue;
            var key = Definition.Of(_older[o], LeastInput(_older[o].Inputs, OlderInput));
            if (!buckets.TryGetValue(key, out var bucket)) buckets.Add(key, bucket = []);
            bucket.Add(o);
        }

        if (buckets.Count == 0) return;
        foreach (var n in TopologicalOrder.Of(newerGraph).Order)
        {
            if (OlderOf[n] >= 0) continue;
            var key = Definition.Of(_newer[n], LeastInput(_newer[n].Inputs, NewerInputAsOlder));
            if (!buckets.TryGetValue(key, out var bucket)) continue;
            for (var i = bucket.Count - 1; i >= Math.Max(0, bucket.Count - MostTried); i--)
            {
                var o = bucket[i];
                if (!SameInputs(o, n) || (NodeFields.Compare(_older[o], _newer[n]) & ~NodeChanges.Labels) != 0) continue;
                Pair(o, n, NodeMatch.Definition);
                bucket.RemoveAt(i);
                break;
            }
        }
    }

    /// <summary>True when both read the same nodes after matching; unknown inputs count by their id. Order and repetition do not count.</summary>
    public bool SameInputs(int older, int newer)
    {
        _olderInputs.Clear();
        _newerInputs.Clear();
        foreach (var id in _older[older].Inputs)
        {
            var o = OlderInput(id);
            _olderInputs.Add((o, o < 0 ? id : null));
        }

        foreach (var id in _newer[newer].Inputs)
        {
            var n = NewerInput(id);
            if (n >= 0 && OlderOf[n] < 0) return false;
            _newerInputs.Add(n < 0 ? (-1, id) : (OlderOf[n], null));
        }

        return _olderInputs.SetEquals(_newerInputs);
    }

    private int NewerInputAsOlder(string id) => NewerInput(id) is var n and >= 0 ? OlderOf[n] : -1;

    /// <summary>The least matched input: a part of the hash key that does not depend on the inputs' order.</summary>
    private static int LeastInput(IReadOnlyList<string> inputs, Func<string, int> resolve)
    {
        var least = int.MaxValue;
        foreach (var id in inputs)
        {
            if (resolve(id) is var i and >= 0) least = Math.Min(least, i);
        }

        return least;
    }

    private readonly record struct Definition(
        string Type, string? Code, string? Schema, long? Interval, long? Period, string? Parameters, int Input)
    {
        public static Definition Of(DagNode node, int input) => new(
            node.NodeType, node.CodeHash, node.SchemaHash, node.Interval, node.Period,
            NodeFields.TryGetParameters(node, out var parameters) ? parameters.GetRawText() : node.ConfigHash, input);
    }
}
