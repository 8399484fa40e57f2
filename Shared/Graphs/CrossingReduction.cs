namespace Qmtl.Shared.Graphs;

/// <summary>
/// Orders the vertices of each layer so that few edges cross: depth-first start orders, barycentre sweeps, exchange of neighbours; the best order found
/// is kept. Crossings are counted exactly with an accumulator tree (Barth, Jünger, Mutzel), in O(E log V).
/// </summary>
internal sealed class CrossingReduction
{
    private readonly LayeredComponent _c;
    private readonly long[] _keys;
    private readonly int[] _scratch;
    private readonly int[] _tree;
    private readonly int[] _rowStart;
    private readonly int[] _row;
    private int[] _best;
    private long _bestCrossings = long.MaxValue;

    public CrossingReduction(LayeredComponent component)
    {
        _c = component;
        var widest = 0;
        for (var l = 0; l < _c.LayerCount; l++) widest = Math.Max(widest, _c.LayerStart[l + 1] - _c.LayerStart[l]);
        _keys = new long[widest];
        _scratch = new int[widest];
        var leaves = 1;
        while (leaves < widest) leaves *= 2;
        _tree = new int[2 * leaves];
        _rowStart = new int[widest + 1];
        _row = new int[_c.Right.Length];
        _best = [];
    }

    public void Run()
    {
        foreach (var fromLeft in (ReadOnlySpan<bool>)[true, false])
        {
            StartOrder(fromLeft);
            Keep();
            var idle = 0;
            for (var round = 0; round < 12 && idle < 4 && _bestCrossings > 0; round++)
            {
                Sweep(leftToRight: (round % 2 == 0) == fromLeft);
                if (Exchange() | Exchange()) Exchange();
                idle = Keep() ? 0 : idle + 1;
            }
        }

        _best.CopyTo(_c.Order, 0);
        Positions();
    }

    /// <summary>Crossings of the edges between all neighbouring layers.</summary>
    public long Count()
    {
        long total = 0;
        for (var l = 0; l + 1 < _c.LayerCount; l++) total += CountGap(l);
        return total;
    }

    private bool Keep()
    {
        var crossings = Count();
        if (crossings >= _bestCrossings) return false;
        _bestCrossings = crossings;
        if (_best.Length == 0) _best = new int[_c.VertexCount];
        _c.Order.CopyTo(_best, 0);
        return true;
    }

    /// <summary>Depth-first over the edges in one direction; vertices line up in each layer as they are reached.</summary>
    private void StartOrder(bool fromLeft)
    {
        var n = _c.VertexCount;
        var at = _c.LayerStart.AsSpan(0, _c.LayerCount).ToArray();
        var seen = new bool[n];
        var stack = new Stack<int>();
        for (var l = 0; l < _c.LayerCount; l++)
        {
            var layer = fromLeft ? l : _c.LayerCount - 1 - l;
            for (var v = 0; v < n; v++)
            {
                if (seen[v] || _c.VertexLayer[v] != layer || (fromLeft ? _c.LeftOf(v) : _c.RightOf(v)).Length > 0) continue;
                stack.Push(v);
                while (stack.TryPop(out var u))
                {
                    if (seen[u]) continue;
                    seen[u] = true;
                    _c.Order[at[_c.VertexLayer[u]]++] = u;
                    var next = fromLeft ? _c.RightOf(u) : _c.LeftOf(u);
                    for (var i = next.Length - 1; i >= 0; i--)
                    {
                        if (!seen[next[i]]) stack.Push(next[i]);
                    }
                }
            }
        }

        Positions();
    }

    private void Positions()
    {
        for (var l = 0; l < _c.LayerCount; l++) Positions(l);
    }

    private void Positions(int layer)
    {
        var row = _c.LayerOf(layer);
        for (var i = 0; i < row.Length; i++) _c.Position[row[i]] = i;
    }

    private void Sweep(bool leftToRight)
    {
        for (var i = 1; i < _c.LayerCount; i++)
        {
            var layer = leftToRight ? i : _c.LayerCount - 1 - i;
            var row = _c.LayerOf(layer);
            for (var p = 0; p < row.Length; p++)
            {
                var near = leftToRight ? _c.LeftOf(row[p]) : _c.RightOf(row[p]);
                long key;
                if (near.Length == 0)
                {
                    key = (long)p << 32;
                }
                else
                {
                    long sum = 0;
                    foreach (var u in near) sum += _c.Position[u];
                    key = (sum << 10) / near.Length << 22;
                }

                // Position in the low bits: equal keys keep their order, and the sorted key tells which vertex it was.
                _keys[p] = (key & ~0x3FFFFFL) | (uint)p;
                _scratch[p] = row[p];
            }

            Array.Sort(_keys, 0, row.Length);
            for (var p = 0; p < row.Length; p++) row[p] = _scratch[_keys[p] & 0x3FFFFF];
            Positions(layer);
        }
    }

    /// <summary>Exchanges neighbours in a layer where that removes crossings.</summary>
    private bool Exchange()
    {
        var improved = false;
        for (var l = 0; l < _c.LayerCount; l++)
        {
            var row = _c.LayerOf(l);
            for (var p = 0; p + 1 < row.Length; p++)
            {
                var (v, w) = (row[p], row[p + 1]);
                var gain = Gain(_c.LeftOf(v), _c.LeftOf(w)) + Gain(_c.RightOf(v), _c.RightOf(w));
                if (gain <= 0) continue;
                (row[p], row[p + 1]) = (w, v);
                (_c.Position[v], _c.Position[w]) = (p + 1, p);
                improved = true;
            }
        }

        return improved;
    }

    /// <summary>Crossings with v before w, less crossings with w before v, towards one side.</summary>
    private int Gain(ReadOnlySpan<int> ofV, ReadOnlySpan<int> ofW)
    {
        var gain = 0;
        foreach (var a in ofV)
        {
            var pa = _c.Position[a];
            foreach (var b in ofW) gain += Math.Sign(pa - _c.Position[b]);
        }

        return gain;
    }

    private long CountGap(int layer)
    {
        var right = _c.LayerOf(layer + 1);
        var left = _c.LayerOf(layer);
        // Bucket the edges by their left end in order of their right end: both orders come for free.
        var start = _rowStart.AsSpan(0, left.Length + 1);
        start[0] = 0;
        for (var p = 0; p < left.Length; p++) start[p + 1] = start[p] + _c.RightOf(left[p]).Length;
        var edges = start[left.Length];
        var fill = _scratch.AsSpan(0, left.Length);
        start[..left.Length].CopyTo(fill);
        for (var q = 0; q < right.Length; q++)
        {
            foreach (var u in _c.LeftOf(right[q])) _row[fill[_c.Position[u]]++] = q;
        }

        var leaves = 1;
        while (leaves < right.Length) leaves *= 2;
        var tree = _tree.AsSpan(0, 2 * leaves);
        tree.Clear();
        long crossings = 0;
        for (var i = 0; i < edges; i++)
        {
            var at = _row[i] + leaves;
            tree[at]++;
            while (at > 1)
            {
                if ((at & 1) == 0) crossings += tree[at + 1];
                at >>= 1;
                tree[at]++;
            }
        }

        return crossings;
    }
}
