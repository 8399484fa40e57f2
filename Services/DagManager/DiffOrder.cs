using Qmtl.Shared.Dags;

namespace Qmtl.DagManager;

/// <summary>The order in which QMTL's diff visits nodes.</summary>
public static class DiffOrder
{
    /// <summary>
    /// First-in-first-out topological order, ready nodes in list order. Of nodes with one id the last counts. When an input is not in
    /// the DAG or there is a cycle, the list order, as QMTL does.
    /// </summary>
    public static IReadOnlyList<DagNode> Of(Dag dag)
    {
        ArgumentNullException.ThrowIfNull(dag);
        var nodes = LastOfEachId(dag.Nodes);
        var index = new Dictionary<string, int>(nodes.Count, StringComparer.Ordinal);
        for (var i = 0; i < nodes.Count; i++) index[nodes[i].NodeId] = i;

        var waiting = new int[nodes.Count];
        var readers = new List<int>?[nodes.Count];
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var input in nodes[i].Inputs)
            {
                if (!index.TryGetValue(input, out var source)) return nodes;
                (readers[source] ??= []).Add(i);
                waiting[i]++;
            }
        }

        var ordered = new List<DagNode>(nodes.Count);
        var ready = new Queue<int>();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (waiting[i] == 0) ready.Enqueue(i);
        }

        while (ready.TryDequeue(out var i))
        {
            ordered.Add(nodes[i]);
            foreach (var reader in readers[i] ?? [])
            {
                if (--waiting[reader] == 0) ready.Enqueue(reader);
            }
        }

        return ordered.Count == nodes.Count ? ordered : nodes;
    }

    private static IReadOnlyList<DagNode> LastOfEachId(IReadOnlyList<DagNode> nodes)
    {
        var last = new Dictionary<string, int>(nodes.Count, StringComparer.Ordinal);
        var distinct = new List<DagNode>(nodes.Count);
        foreach (var node in nodes)
        {
            if (last.TryGetValue(node.NodeId, out var at))
            {
                distinct[at] = node;
            }
            else
            {
                last[node.NodeId] = distinct.Count;
                distinct.Add(node);
            }
        }

        return distinct.Count == nodes.Count ? nodes : distinct;
    }
}
