using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Console.Graphs;

/// <summary>A DAG with its graph and its layout; they never change for one DAG hash.</summary>
public sealed record DagDrawing(DagDocument Document, Dag Dag, DagGraph Graph, LayoutResult Layout);

/// <summary>
/// Drawings by DAG hash (and worlds), so that a layout is computed once for all who look at the DAG. Bounded by the sum of nodes; what was not looked at for
/// the longest time goes first. One drawing larger than the bound is computed each time and not kept.
/// </summary>
public sealed class DagLayouts(int maxNodes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Hash, DagDrawing Drawing)>> _byHash = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Hash, DagDrawing Drawing)> _recent = new();
    private int _nodes;

    /// <summary>How many nodes the kept drawings have together.</summary>
    public int NodesKept
    {
        get
        {
            lock (_gate) return _nodes;
        }
    }

    /// <summary>The kept drawing, or null.</summary>
    public DagDrawing? Find(string hash)
    {
        lock (_gate)
        {
            if (!_byHash.TryGetValue(hash, out var entry)) return null;
            _recent.Remove(entry);
            _recent.AddFirst(entry);
            return entry.Value.Drawing;
        }
    }

    /// <summary>Computes the layout of a DAG and keeps the drawing.</summary>
    public DagDrawing Draw(string hash, DagDocument document, Dag dag, CancellationToken cancellation)
    {
        var graph = DagGraph.FromDag(dag);
        var drawing = new DagDrawing(document, dag, graph, LayeredLayout.Compute(graph, null, cancellation));
        Keep(hash, drawing);
        return drawing;
    }

    private void Keep(string hash, DagDrawing drawing)
    {
        if (drawing.Dag.Nodes.Count > maxNodes) return;
        lock (_gate)
        {
            if (_byHash.ContainsKey(hash)) return;
            _byHash.Add(hash, _recent.AddFirst((hash, drawing)));
            _nodes += drawing.Dag.Nodes.Count;
            while (_nodes > maxNodes && _recent.Last is { } last)
            {
                _recent.RemoveLast();
                _byHash.Remove(last.Value.Hash);
                _nodes -= last.Value.Drawing.Dag.Nodes.Count;
            }
        }
    }
}
