using System.Runtime.CompilerServices;

namespace Qmtl.Shared.Graphs;

/// <summary>
/// Shortens the edges of a layering as far as possible (network simplex after Gansner, Koutsofios, North and Vo). Starts from any layering in which
/// every edge runs to a higher layer. The total edge length is optimal unless the bound on the work is reached; the layering is good at any point.
/// A step costs the size of the subtree that moves and the depth of the tree, not the size of the graph.
/// </summary>
internal sealed class NetworkSimplex
{
    private const int MostCandidates = 40;

    private readonly int _n;
    private readonly int[] _from;
    private readonly int[] _to;
    private readonly int[] _layer;
    private readonly int[] _start;
    private readonly int[] _incident;
    private readonly bool[] _inTree;

    // The tree: parent, the edge to it, and the children as linked lists.
    private readonly int[] _parent;
    private readonly int[] _parentEdge;
    private readonly int[] _firstChild;
    private readonly int[] _nextSibling;
    private readonly int[] _previousSibling;

    // Outgoing less incoming edges of the subtree: up to its sign the cut value of the tree edge above it.
    private readonly int[] _net;
    private readonly int[] _mark;
    private readonly int[] _subtree;
    private int _subtreeSize;
    private int _step;
    private int _search;

    public NetworkSimplex(int nodeCount, int[] from, int[] to, int[] layer)
    {
        (_n, _from, _to, _layer) = (nodeCount, from, to, layer);
        _start = new int[_n + 1];
        foreach (var v in from) _start[v + 1]++;
        foreach (var v in to) _start[v + 1]++;
        for (var v = 0; v < _n; v++) _start[v + 1] += _start[v];
        _incident = new int[2 * from.Length];
        var at = _start.AsSpan(0, _n).ToArray();
        for (var e = 0; e < from.Length; e++)
        {
            _incident[at[from[e]]++] = e;
            _incident[at[to[e]]++] = e;
        }

        _inTree = new bool[from.Length];
        _parent = new int[_n];
        _parentEdge = new int[_n];
        _firstChild = new int[_n];
        _nextSibling = new int[_n];
        _previousSibling = new int[_n];
        _net = new int[_n];
        _mark = new int[_n];
        _subtree = new int[_n];
    }

    /// <summary>Runs until optimal or until about <paramref name="maxWork"/> node visits are spent.</summary>
    public void Run(long maxWork)
    {
        if (_n < 2) return;
        GrowTightTree();
        Root(0);
        for (var work = 0L; work < maxWork;)
        {
            var leaving = LeavingSubtree();
            if (leaving < 0) return;
            CollectSubtree(leaving);
            var entering = EnteringEdge(leaving);
            if (entering < 0) return;
            work += _subtreeSize + Exchange(leaving, entering) + 16;
        }
    }

    private int Slack(int e) => _layer[_to[e]] - _layer[_from[e]] - 1;

    /// <summary>
    /// A spanning tree of edges of length 1, grown from node 0; the tree moves as one when no such edge leaves it. The tree's layers carry an offset,
    /// so that moving it costs nothing; two heaps give the edge with the least slack in either direction.
    /// </summary>
    private void GrowTightTree()
    {
        var inside = new bool[_n];
        var outward = new PriorityQueue<int, (int, int)>();
        var inward = new PriorityQueue<int, (int, int)>();
        var offset = 0;
        var members = 0;
        Join(0);
        while (members < _n)
        {
            while (outward.TryPeek(out var e, out _) && inside[_to[e]]) outward.Dequeue();
            while (inward.TryPeek(out var e, out _) && inside[_from[e]]) inward.Dequeue();
            var outSlack = outward.TryPeek(out var o, out var key) ? key.Item1 - offset - 1 : int.MaxValue;
            var inSlack = inward.TryPeek(out var i, out key) ? key.Item1 + offset - 1 : int.MaxValue;
            var edge = outSlack <= inSlack ? o : i;
            offset += outSlack <= inSlack ? outSlack : -inSlack;
            _inTree[edge] = true;
            Join(outSlack <= inSlack ? _to[edge] : _from[edge]);
        }

        for (var v = 0; v < _n; v++) _layer[v] += offset;

        void Join(int v)
        {
            inside[v] = true;
            members++;
            _layer[v] -= offset;
            foreach (var e in _incident.AsSpan(_start[v].._start[v + 1]))
            {
                if (_from[e] == v && !inside[_to[e]]) outward.Enqueue(e, (_layer[_to[e]] - _layer[v], e));
                else if (_to[e] == v && !inside[_from[e]]) inward.Enqueue(e, (_layer[v] - _layer[_from[e]], e));
            }
        }
    }

    /// <summary>Hangs the tree up at a node and sums the subtrees.</summary>
    private void Root(int root)
    {
        Array.Fill(_firstChild, -1);
        Array.Fill(_parent, -1);
        _parentEdge[root] = -1;
        var (head, tail) = (0, 0);
        _subtree[tail++] = root;
        while (head < tail)
        {
            var v = _subtree[head++];
            foreach (var e in _incident.AsSpan(_start[v].._start[v + 1]))
            {
                _net[v] += _from[e] == v ? 1 : -1;
                if (!_inTree[e] || e == _parentEdge[v]) continue;
                var w = _from[e] == v ? _to[e] : _from[e];
                Attach(w, v, e);
                _subtree[tail++] = w;
            }
        }

        for (var i = tail - 1; i > 0; i--) _net[_parent[_subtree[i]]] += _net[_subtree[i]];
    }

    private void Attach(int child, int parent, int edge)
    {
        _parent[child] = parent;
        _parentEdge[child] = edge;
        var next = _firstChild[parent];
        _nextSibling[child] = next;
        _previousSibling[child] = -1;
        if (next >= 0) _previousSibling[next] = child;
        _firstChild[parent] = child;
    }

    private void Detach(int child)
    {
        var (previous, next) = (_previousSibling[child], _nextSibling[child]);
        if (previous >= 0) _nextSibling[previous] = next;
        else _firstChild[_parent[child]] = next;
        if (next >= 0) _previousSibling[next] = previous;
    }

    /// <summary>A subtree whose tree edge has a negative cut value: the worst of the next few, or -1 when the layering is optimal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int LeavingSubtree()
    {
        var (found, worst, candidates) = (-1, 0, 0);
        for (var i = 0; i < _n; i++)
        {
            if (++_search >= _n) _search = 0;
            var e = _parentEdge[_search];
            if (e < 0) continue;
            var cut = _from[e] == _search ? _net[_search] : -_net[_search];
            if (cut >= 0) continue;
            if (cut < worst) (found, worst) = (_search, cut);
            if (++candidates == MostCandidates) break;
        }

        return found;
    }

    private void CollectSubtree(int root)
    {
        _step++;
        var (head, tail) = (0, 0);
        _subtree[tail++] = root;
        while (head < tail)
        {
            var v = _subtree[head++];
            _mark[v] = _step;
            for (var child = _firstChild[v]; child >= 0; child = _nextSibling[child]) _subtree[tail++] = child;
        }

        _subtreeSize = tail;
    }

    /// <summary>The edge with the least slack that crosses the cut the other way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int EnteringEdge(int subtree)
    {
        var subtreeIsTail = _from[_parentEdge[subtree]] == subtree;
        var (found, least) = (-1, int.MaxValue);
        for (var i = 0; i < _subtreeSize; i++)
        {
            var v = _subtree[i];
            foreach (var e in _incident.AsSpan(_start[v].._start[v + 1]))
            {
                if (subtreeIsTail ? _to[e] != v : _from[e] != v) continue;
                if (_mark[subtreeIsTail ? _from[e] : _to[e]] == _step) continue;
                var slack = Slack(e);
                if (slack >= least) continue;
                (found, least) = (e, slack);
                if (slack == 0) return found;
            }
        }

        return found;
    }

    /// <summary>Moves the subtree until the entering edge is tight and hangs it up there; returns how many tree nodes were touched.</summary>
    private int Exchange(int subtree, int entering)
    {
        var leaving = _parentEdge[subtree];
        var slack = Slack(entering);
        if (slack != 0)
        {
            var move = _from[leaving] == subtree ? -slack : slack;
            for (var i = 0; i < _subtreeSize; i++) _layer[_subtree[i]] += move;
        }

        _inTree[leaving] = false;
        _inTree[entering] = true;
        var touched = 0;
        var total = _net[subtree];
        for (var v = _parent[subtree]; v >= 0; v = _parent[v], touched++) _net[v] -= total;
        var inside = _mark[_from[entering]] == _step;
        var (newRoot, newParent) = inside ? (_from[entering], _to[entering]) : (_to[entering], _from[entering]);
        for (var v = newParent; v >= 0; v = _parent[v], touched++) _net[v] += total;

        // The path from the new root of the subtree to the old one turns round.
        var (node, above, edge, below) = (newRoot, newParent, entering, 0);
        while (true)
        {
            var (oldParent, oldEdge, oldNet) = (_parent[node], _parentEdge[node], _net[node]);
            Detach(node);
            _net[node] = total - below;
            Attach(node, above, edge);
            touched++;
            if (node == subtree) return touched;
            (above, node, edge, below) = (node, oldParent, oldEdge, oldNet);
        }
    }
}
