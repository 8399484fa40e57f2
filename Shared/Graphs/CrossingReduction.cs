using System.Runtime.CompilerServices;

namespace Qmtl.Shared.Graphs;

/// <summary>
/// Orders the vertices of each layer so that few edges cross. A depth-first order is smoothed by sweeps in which each vertex goes to the mean relative
/// position of its neighbours on both sides; sweeps and exchanges of neighbours then alternate, and small graphs are sifted (each vertex tries every
/// place in its layer). Small graphs also try the classical sweeps that look at one side only, which find drawings without crossings. The best order
/// met is kept. Crossings are counted exactly with an accumulator tree (Barth, Jünger and Mutzel), in O(E log V).
/// </summary>
internal sealed class CrossingReduction
{
    private const int IndexBits = 22;
    private const int TinySize = 1_500;
    private const int SmallSize = 3_000;
    private const int MediumSize = 20_000;
    private const int LargeSize = 100_000;
    private const long MaxSiftWork = 4_000_000;

    private readonly LayeredComponent _c;
    private readonly int _size;
    private readonly int _layers;
    private readonly double[] _scale;
    private readonly long[] _keys;
    private readonly int[] _scratch;
    private readonly int[] _tree;
    private readonly int[] _fill;
    private readonly int[] _leftPositions;
    private readonly int[] _rightPositions;
    private readonly int[] _leftBalance;
    private readonly int[] _rightBalance;
    private readonly int[] _best;
    private long _bestCrossings = long.MaxValue;

    public CrossingReduction(LayeredComponent component)
    {
        _c = component;
        _layers = _c.LayerCount;
        _size = _c.VertexCount + _c.Right.Length;
        _scale = new double[_layers];
        var widest = 0;
        for (var l = 0; l < _layers; l++)
        {
            widest = Math.Max(widest, Width(l));
            _scale[l] = 1.0 / Width(l);
        }

        _keys = new long[widest];
        _scratch = new int[widest];
        _leftBalance = new int[widest];
        _rightBalance = new int[widest];
        var leaves = 1;
        while (leaves < widest) leaves *= 2;
        _tree = new int[2 * leaves];
        _fill = new int[_c.VertexCount];
        _leftPositions = new int[_c.Left.Length];
        _rightPositions = new int[_c.Right.Length];
        _best = new int[_c.VertexCount];
    }

    public void Run()
    {
        if (_layers < 2) return;
        var (smooth, refine) = _size < MediumSize ? (22, 7) : _size < LargeSize ? (20, 6) : (8, 3);
        var sift = SiftWork() <= MaxSiftWork;
        SmoothAndRefine(fromLeft: true, smooth, refine);
        if (_size < SmallSize)
        {
            SmoothAndRefine(fromLeft: false, smooth, refine);
            SweepOneSide(fromLeft: true);
            SweepOneSide(fromLeft: false);
        }

        Restore();
        Polish(sift);
        Restore();
    }

    private void SmoothAndRefine(bool fromLeft, int smooth, int refine)
    {
        StartOrder(fromLeft);
        Keep();
        for (var i = 0; i < smooth; i++) SweepBothSides(leftToRight: (i % 2 == 0) == fromLeft);
        for (var i = 0; i < refine && _bestCrossings > 0; i++)
        {
            SweepBothSides(leftToRight: (i % 2 == 0) == fromLeft);
            for (var k = 0; k < 3 && Exchange(); k++) ;
            Keep();
        }

        if (_size < SmallSize && _bestCrossings > 0) Polish(sift: _size < TinySize);
    }

    /// <summary>Takes the order to where neither exchanges nor, if wanted, moves of single vertices make it better.</summary>
    private void Polish(bool sift)
    {
        for (var i = 0; i < 10 && Exchange(); i++) ;
        for (var i = 0; sift && i < 2 && Sift(); i++) ;
        Keep();
    }

    /// <summary>Crossings of the edges between all neighbouring layers.</summary>
    public long Count()
    {
        long total = 0;
        for (var l = 0; l + 1 < _layers; l++) total += CountGap(l);
        return total;
    }

    private int Width(int layer) => _c.LayerStart[layer + 1] - _c.LayerStart[layer];

    private bool Keep()
    {
        var crossings = Count();
        if (crossings >= _bestCrossings) return false;
        _bestCrossings = crossings;
        _c.Order.CopyTo(_best, 0);
        return true;
    }

    private void Restore()
    {
        _best.CopyTo(_c.Order, 0);
        for (var l = 0; l < _layers; l++) Positions(l);
    }

    private void Positions(int layer)
    {
        var row = _c.LayerOf(layer);
        for (var i = 0; i < row.Length; i++) _c.Position[row[i]] = i;
    }

    /// <summary>Depth-first over the edges in one direction; vertices line up in each layer as they are reached.</summary>
    private void StartOrder(bool fromLeft)
    {
        var n = _c.VertexCount;
        var at = _c.LayerStart.AsSpan(0, _layers).ToArray();
        var seen = new bool[n];
        var stack = new Stack<int>();

        // The original rows list each layer's vertices by number; they are read before they are overwritten.
        var roots = new List<int>();
        for (var l = 0; l < _layers; l++)
        {
            foreach (var v in _c.LayerOf(fromLeft ? l : _layers - 1 - l))
            {
                if ((fromLeft ? _c.LeftOf(v) : _c.RightOf(v)).Length == 0) roots.Add(v);
            }
        }

        foreach (var root in roots)
        {
            stack.Push(root);
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

        for (var l = 0; l < _layers; l++) Positions(l);
    }

    /// <summary>The classical alternating sweeps with exchanges, from a depth-first order.</summary>
    private void SweepOneSide(bool fromLeft)
    {
        StartOrder(fromLeft);
        var idle = 0;
        for (var i = 0; i < 16 && idle < 4 && _bestCrossings > 0; i++)
        {
            SweepTowards(leftToRight: (i % 2 == 0) == fromLeft);
            for (var k = 0; k < 3 && Exchange(); k++) ;
            idle = Keep() ? 0 : idle + 1;
        }

        if (_size < TinySize && _bestCrossings > 0) Polish(sift: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SweepBothSides(bool leftToRight)
    {
        for (var i = 0; i < _layers; i++)
        {
            var layer = leftToRight ? i : _layers - 1 - i;
            var (left, right) = (layer == 0 ? 0 : _scale[layer - 1], layer == _layers - 1 ? 0 : _scale[layer + 1]);
            var row = _c.LayerOf(layer);
            for (var p = 0; p < row.Length; p++)
            {
                var a = _c.LeftOf(row[p]);
                var b = _c.RightOf(row[p]);
                var value = ((Sum(a) * left) + (Sum(b) * right)) / (a.Length + b.Length);
                SetKey(p, value);
            }

            Sort(layer, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SweepTowards(bool leftToRight)
    {
        for (var i = 1; i < _layers; i++)
        {
            var layer = leftToRight ? i : _layers - 1 - i;
            var scale = _scale[leftToRight ? layer - 1 : layer + 1];
            var row = _c.LayerOf(layer);
            for (var p = 0; p < row.Length; p++)
            {
                var near = leftToRight ? _c.LeftOf(row[p]) : _c.RightOf(row[p]);
                SetKey(p, near.Length == 0 ? p * _scale[layer] : Sum(near) * scale / near.Length);
            }

            Sort(layer, row);
        }
    }

    private long Sum(ReadOnlySpan<int> vertices)
    {
        long sum = 0;
        foreach (var u in vertices) sum += _c.Position[u];
        return sum;
    }

    /// <summary>A relative position in [0, 1] as a sort key; the low bits hold the place, so that equal values keep their order.</summary>
    private void SetKey(int place, double value) => _keys[place] = ((long)(value * (1L << 40)) & ~((1L << IndexBits) - 1)) | (uint)place;

    private void Sort(int layer, Span<int> row)
    {
        row.CopyTo(_scratch);
        _keys.AsSpan(0, row.Length).Sort();
        for (var p = 0; p < row.Length; p++)
        {
            row[p] = _scratch[(int)(_keys[p] & ((1L << IndexBits) - 1))];
            _c.Position[row[p]] = p;
        }
    }

    /// <summary>Lists, for each vertex of a layer, the positions of its neighbours in ascending order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortNeighbours(int layer)
    {
        var row = _c.LayerOf(layer);
        if (layer > 0)
        {
            foreach (var v in row) _fill[v] = _c.LeftStart[v];
            var left = _c.LayerOf(layer - 1);
            for (var p = 0; p < left.Length; p++)
            {
                foreach (var v in _c.RightOf(left[p])) _leftPositions[_fill[v]++] = p;
            }
        }

        if (layer < _layers - 1)
        {
            foreach (var v in row) _fill[v] = _c.RightStart[v];
            var right = _c.LayerOf(layer + 1);
            for (var p = 0; p < right.Length; p++)
            {
                foreach (var v in _c.LeftOf(right[p])) _rightPositions[_fill[v]++] = p;
            }
        }
    }

    /// <summary>Exchanges neighbours in a layer where that removes crossings.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Exchange()
    {
        var improved = false;
        for (var l = 0; l < _layers; l++)
        {
            SortNeighbours(l);
            var row = _c.LayerOf(l);
            for (var p = 0; p + 1 < row.Length; p++)
            {
                var (v, w) = (row[p], row[p + 1]);
                if (Gain(v, w) <= 0) continue;
                (row[p], row[p + 1]) = (w, v);
                improved = true;
            }

            Positions(l);
        }

        return improved;
    }

    /// <summary>Crossings with v directly above w, less crossings with w above v.</summary>
    private int Gain(int v, int w) =>
        Gain(_leftPositions.AsSpan(_c.LeftStart[v].._c.LeftStart[v + 1]), _leftPositions.AsSpan(_c.LeftStart[w].._c.LeftStart[w + 1]))
        + Gain(_rightPositions.AsSpan(_c.RightStart[v].._c.RightStart[v + 1]), _rightPositions.AsSpan(_c.RightStart[w].._c.RightStart[w + 1]));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Gain(ReadOnlySpan<int> ofV, ReadOnlySpan<int> ofW)
    {
        var (gain, less, notMore) = (0, 0, 0);
        foreach (var a in ofV)
        {
            while (less < ofW.Length && ofW[less] < a) less++;
            if (notMore < less) notMore = less;
            while (notMore < ofW.Length && ofW[notMore] <= a) notMore++;
            gain += less - (ofW.Length - notMore);
        }

        return gain;
    }

    private long SiftWork()
    {
        long work = 0;
        for (var l = 0; l < _layers; l++)
        {
            long edges = 0;
            foreach (var v in _c.LayerOf(l)) edges += _c.LeftOf(v).Length + _c.RightOf(v).Length + 1;
            work += edges * Width(l);
        }

        return work;
    }

    /// <summary>Moves each vertex to the place in its layer where it has the fewest crossings.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Sift()
    {
        var improved = false;
        for (var l = 0; l < _layers; l++)
        {
            SortNeighbours(l);
            var row = _c.LayerOf(l);
            var vertices = _scratch.AsSpan(0, row.Length);
            row.CopyTo(vertices);
            foreach (var v in vertices)
            {
                if (l > 0) Balance(_leftPositions.AsSpan(_c.LeftStart[v].._c.LeftStart[v + 1]), _leftBalance.AsSpan(0, Width(l - 1)));
                if (l < _layers - 1) Balance(_rightPositions.AsSpan(_c.RightStart[v].._c.RightStart[v + 1]), _rightBalance.AsSpan(0, Width(l + 1)));
                var from = _c.Position[v];
                var (best, to, change) = (0, from, 0);
                for (var p = from + 1; p < row.Length; p++)
                {
                    change += BalanceOf(row[p]);
                    if (change < best) (best, to) = (change, p);
                }

                change = 0;
                for (var p = from - 1; p >= 0; p--)
                {
                    change -= BalanceOf(row[p]);
                    if (change < best) (best, to) = (change, p);
                }

                if (to == from) continue;
                improved = true;
                if (to > from) row[(from + 1)..(to + 1)].CopyTo(row[from..]);
                else row[to..from].CopyTo(row[(to + 1)..]);
                row[to] = v;
                for (var p = Math.Min(from, to); p <= Math.Max(from, to); p++) _c.Position[row[p]] = p;
            }
        }

        return improved;
    }

    /// <summary>For each position in the next layer: how many of the given ones lie before it, less how many lie behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Balance(ReadOnlySpan<int> positions, Span<int> balance)
    {
        var (at, value) = (0, -positions.Length);
        foreach (var position in positions)
        {
            if (position >= at)
            {
                balance[at..position].Fill(value);
                balance[position] = value;
                at = position + 1;
            }

            // At its own position a neighbour lies neither before nor behind. A reversed edge can lead to the same neighbour twice.
            balance[position]++;
            value += 2;
        }

        balance[at..].Fill(value);
    }

    /// <summary>Crossings that the sifted vertex gets by moving from above this vertex to below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int BalanceOf(int w)
    {
        var balance = 0;
        foreach (var position in _leftPositions.AsSpan(_c.LeftStart[w].._c.LeftStart[w + 1])) balance += _leftBalance[position];
        foreach (var position in _rightPositions.AsSpan(_c.RightStart[w].._c.RightStart[w + 1])) balance += _rightBalance[position];
        return balance;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long CountGap(int layer)
    {
        var left = _c.LayerOf(layer);
        var right = _c.LayerOf(layer + 1);

        // Listed by their right end, each left vertex gets its edges in order: no sorting.
        var at = 0;
        foreach (var v in left)
        {
            _fill[v] = at;
            at += _c.RightOf(v).Length;
        }

        var ends = _rightPositions.AsSpan(0, at);
        for (var q = 0; q < right.Length; q++)
        {
            foreach (var u in _c.LeftOf(right[q])) ends[_fill[u]++] = q;
        }

        var leaves = 1;
        while (leaves < right.Length) leaves *= 2;
        var tree = _tree.AsSpan(0, 2 * leaves);
        tree.Clear();
        long crossings = 0;
        foreach (var end in ends)
        {
            var node = end + leaves;
            tree[node]++;
            while (node > 1)
            {
                if ((node & 1) == 0) crossings += tree[node + 1];
                node >>= 1;
                tree[node]++;
            }
        }

        return crossings;
    }
}
