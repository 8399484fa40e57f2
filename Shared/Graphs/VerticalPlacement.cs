using System.Runtime.CompilerServices;

namespace Qmtl.Shared.Graphs;

/// <summary>
/// Places the vertices of each layer vertically: every vertex is drawn to its neighbours, long edges strongly, and the order and the distances of
/// the layer hold. One layer is a weighted isotonic regression, solved exactly in linear time by pooling neighbours; layers are swept both ways.
/// Afterwards long edges are made straight where there is room.
/// </summary>
internal sealed class VerticalPlacement
{
    private const double LongEdgeWeight = 8;
    private const double EndWeight = 2;
    private const double Firmness = 40;
    private const double Soft = 4;

    private readonly LayeredComponent _c;
    private readonly LayoutOptions _options;
    private readonly double[] _y;
    private readonly double[] _gap;
    private readonly double[] _sum;
    private readonly double[] _weight;
    private readonly int[] _blockStart;

    public VerticalPlacement(LayeredComponent component, LayoutOptions options)
    {
        _c = component;
        _options = options;
        _y = new double[_c.VertexCount];
        _gap = new double[_c.VertexCount];
        var widest = 0;
        for (var l = 0; l < _c.LayerCount; l++) widest = Math.Max(widest, _c.LayerStart[l + 1] - _c.LayerStart[l]);
        _sum = new double[widest];
        _weight = new double[widest];
        _blockStart = new int[widest + 1];
    }

    public void Run()
    {
        for (var l = 0; l < _c.LayerCount; l++)
        {
            var row = _c.LayerOf(l);
            var y = 0.0;
            for (var p = 0; p < row.Length; p++)
            {
                if (p > 0) y += _gap[row[p]] = Distance(row[p - 1], row[p]);
                _y[row[p]] = y;
            }

            foreach (var v in row) _y[v] -= y / 2;
        }

        for (var round = 0; round < 4; round++)
        {
            for (var l = 1; l < _c.LayerCount; l++) Settle(l, left: true, right: false);
            for (var l = _c.LayerCount - 2; l >= 0; l--) Settle(l, left: false, right: true);
        }

        var (rounds, firmRounds) = _c.VertexCount switch { < 2_000 => (20, 2), < 20_000 => (4, 2), _ => (2, 1) };
        for (var round = 0; round < rounds; round++)
        {
            for (var l = 0; l < _c.LayerCount; l++) Settle(l, left: true, right: true);
            for (var l = _c.LayerCount - 1; l >= 0; l--) Settle(l, left: true, right: true);
        }

        // Long edges pull as if by distance, not by its square: few bends remain instead of many slight ones.
        for (var round = 0; round < firmRounds; round++)
        {
            for (var l = 0; l < _c.LayerCount; l++) Settle(l, left: true, right: true, firm: true);
            for (var l = _c.LayerCount - 1; l >= 0; l--) Settle(l, left: true, right: true, firm: true);
            StraightenLongEdges();
        }

        AlignChains();
        _c.Y = _y;
    }

    /// <summary>Puts ends of chains, and nodes that are nearly in line with the only neighbour that they can be in line with, exactly in line with it.</summary>
    private void AlignChains()
    {
        var near = _options.NodeHeight / 2;
        for (var l = 1; l < _c.LayerCount; l++)
        {
            foreach (var v in _c.LayerOf(l))
            {
                var left = _c.LeftOf(v);
                if (v >= _c.NodeCount || left.Length != 1 || _c.RightOf(left[0]).Length != 1) continue;
                Align(v, left[0]);
            }
        }

        // Sources and joins have nothing to be in line with on the left: they follow the right.
        for (var l = _c.LayerCount - 2; l >= 0; l--)
        {
            foreach (var v in _c.LayerOf(l))
            {
                var right = _c.RightOf(v);
                if (v >= _c.NodeCount || right.Length != 1 || _c.LeftOf(right[0]).Length != 1) continue;
                if (_c.LeftOf(v).Length != 1 || _c.RightOf(_c.LeftOf(v)[0]).Length != 1) Align(v, right[0]);
            }
        }

        void Align(int v, int neighbour)
        {
            var (low, high) = Free(v);
            var target = _y[neighbour];
            if ((Math.Abs(target - _y[v]) <= near || _c.LeftOf(v).Length + _c.RightOf(v).Length == 1) && target >= low && target <= high) _y[v] = target;
        }
    }

    /// <summary>Distance between the centres of two vertices, upper and lower.</summary>
    private double Distance(int upper, int lower)
    {
        var (eu, el) = (_c.DummyEdge[upper], _c.DummyEdge[lower]);
        if (eu < 0 && el < 0) return _options.NodeHeight + _options.NodeGap;
        if (eu < 0 || el < 0) return (_options.NodeHeight / 2) + _options.EdgeNodeGap;
        return _c.From[eu] == _c.From[el] || _c.To[eu] == _c.To[el] ? _options.EdgeGap / 2 : _options.EdgeGap;
    }

    private double Weight(int a, int b)
    {
        var dummies = (a >= _c.NodeCount ? 1 : 0) + (b >= _c.NodeCount ? 1 : 0);
        return dummies switch { 0 => 1, 1 => EndWeight, _ => LongEdgeWeight };
    }

    /// <summary>Moves a layer to where its neighbours on the given sides draw it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Settle(int layer, bool left, bool right, bool firm = false)
    {
        var row = _c.LayerOf(layer);
        var blocks = 0;
        var offset = 0.0;
        for (var p = 0; p < row.Length; p++)
        {
            var v = row[p];
            offset += _gap[v];
            var (sum, weight) = (0.0, 0.0);
            if (left) Pull(v, _c.LeftOf(v), firm, ref sum, ref weight);
            if (right) Pull(v, _c.RightOf(v), firm, ref sum, ref weight);
            if (weight == 0)
            {
                weight = 0.01;
                sum = _y[v] * weight;
            }

            (_sum[blocks], _weight[blocks], _blockStart[blocks]) = (sum - (offset * weight), weight, p);
            blocks++;
            while (blocks > 1 && _sum[blocks - 2] * _weight[blocks - 1] >= _sum[blocks - 1] * _weight[blocks - 2])
            {
                _sum[blocks - 2] += _sum[blocks - 1];
                _weight[blocks - 2] += _weight[blocks - 1];
                blocks--;
            }
        }

        _blockStart[blocks] = row.Length;
        offset = 0;
        for (var b = 0; b < blocks; b++)
        {
            var at = _sum[b] / _weight[b];
            for (var p = _blockStart[b]; p < _blockStart[b + 1]; p++)
            {
                offset += _gap[row[p]];
                _y[row[p]] = at + offset;
            }
        }
    }

    private void Pull(int v, ReadOnlySpan<int> near, bool firm, ref double sum, ref double weight)
    {
        foreach (var u in near)
        {
            var w = Weight(u, v);
            if (firm && w > 1) w *= Firmness / Math.Max(Math.Abs(_y[u] - _y[v]), Soft);
            sum += w * _y[u];
            weight += w;
        }
    }

    /// <summary>Puts runs of dummies at one height wherever the free space in their layers has a height in common.</summary>
    private void StraightenLongEdges()
    {
        for (var e = 0; e < _c.EdgeCount; e++)
        {
            var (first, count) = (_c.FirstDummy[e], _c.DummyCount(e));
            for (var i = 0; i < count;)
            {
                var (low, high) = (double.NegativeInfinity, double.PositiveInfinity);
                var (sum, end) = (0.0, i);
                for (; end < count; end++)
                {
                    var (l, h) = Free(first + end);
                    if (Math.Max(l, low) > Math.Min(h, high)) break;
                    (low, high) = (Math.Max(l, low), Math.Min(h, high));
                    sum += _y[first + end];
                }

                var want = sum / (end - i);
                if (i == 0 && end == count)
                {
                    // The whole edge can be straight: in line with one of its ends if that is near.
                    var (a, b) = (_y[_c.From[e]], _y[_c.To[e]]);
                    if (a >= low && a <= high) want = a;
                    else if (b >= low && b <= high) want = b;
                }

                want = Math.Clamp(want, low, high);
                for (; i < end; i++) _y[first + i] = want;
            }
        }
    }

    /// <summary>How far a vertex can move while its neighbours in the layer stay.</summary>
    private (double Low, double High) Free(int v)
    {
        var row = _c.LayerOf(_c.VertexLayer[v]);
        var p = _c.Position[v];
        var low = p == 0 ? double.NegativeInfinity : _y[row[p - 1]] + _gap[v];
        var high = p == row.Length - 1 ? double.PositiveInfinity : _y[row[p + 1]] - _gap[row[p + 1]];
        return (Math.Min(low, _y[v]), Math.Max(high, _y[v]));
    }
}
