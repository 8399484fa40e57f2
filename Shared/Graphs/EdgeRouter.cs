namespace Qmtl.Shared.Graphs;

/// <summary>
/// Draws the edges of a placed component as cubic Bézier curves with x ever growing. Between two layers there are no nodes, so a curve is free there;
/// through a layer it runs along its dummy, which the placement keeps clear of nodes.
/// </summary>
internal sealed class EdgeRouter
{
    private const double PortMargin = 7;
    private const double WidestPortStep = 8;
    private const int MaxLanes = 48;

    private readonly LayeredComponent _c;
    private readonly LayoutOptions _options;
    private readonly double[] _outPort;
    private readonly double[] _inPort;
    private readonly double[] _lane;
    private readonly List<float> _points = [];
    private double _x;
    private double _yNow;

    public EdgeRouter(LayeredComponent component, LayoutOptions options)
    {
        _c = component;
        _options = options;
        _outPort = new double[component.EdgeCount];
        _inPort = new double[component.EdgeCount];
        _lane = new double[component.EdgeCount];
        Start = new int[component.EdgeCount + 1];
    }

    /// <summary>Start of each edge's points, counted in points.</summary>
    public int[] Start { get; }

    public ReadOnlySpan<float> Points => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_points);

    /// <summary>Least y of a route, for the edges led around the top.</summary>
    public double Top { get; private set; } = double.PositiveInfinity;

    public void Run()
    {
        if (_c.HasOutside) AssignLanes();
        AssignPorts();
        for (var e = 0; e < _c.EdgeCount; e++)
        {
            Begin(Right(_c.NodeLayer[_c.From[e]]), _outPort[e]);
            var target = _c.NodeLayer[_c.To[e]];
            if (_c.Outside[e])
            {
                CurveTo(Left(_c.NodeLayer[_c.From[e]] + 1), _lane[e]);
                LineTo(Right(target - 1), _lane[e]);
            }
            else
            {
                var (d, count) = (_c.FirstDummy[e], _c.DummyCount(e));
                for (var i = 0; i < count; i++, d++)
                {
                    var layer = _c.VertexLayer[d];
                    if (_c.Y[d] != _yNow) CurveTo(Left(layer), _c.Y[d]);
                    if (i + 1 == count || _c.Y[d + 1] != _c.Y[d]) LineTo(Right(layer), _c.Y[d]);
                }
            }

            CurveTo(Left(target), _inPort[e]);
            Start[e + 1] = _points.Count / 2;
        }
    }

    private double Left(int layer) => _c.ColumnX[layer];

    private double Right(int layer) => _c.ColumnX[layer] + _options.NodeWidth;

    private void Begin(double x, double y)
    {
        (_x, _yNow) = (x, y);
        Add(x, y);
    }

    private void Add(double x, double y)
    {
        _points.Add((float)x);
        _points.Add((float)y);
    }

    private void LineTo(double x, double y)
    {
        if (x == _x) return;
        Add(_x + ((x - _x) / 3), _yNow + ((y - _yNow) / 3));
        Add(x - ((x - _x) / 3), y - ((y - _yNow) / 3));
        Add(x, y);
        (_x, _yNow) = (x, y);
    }

    /// <summary>An S-curve that leaves and arrives horizontally.</summary>
    private void CurveTo(double x, double y)
    {
        if (y == _yNow)
        {
            LineTo(x, y);
            return;
        }

        var middle = (_x + x) / 2;
        Add(middle, _yNow);
        Add(middle, y);
        Add(x, y);
        (_x, _yNow) = (x, y);
    }

    /// <summary>Spreads the edges over the sides of their nodes in the order of where they go, so that they do not cross at the node.</summary>
    private void AssignPorts()
    {
        var order = new int[_c.EdgeCount];
        var keys = new double[_c.EdgeCount];
        for (var side = 0; side < 2; side++)
        {
            var outgoing = side == 0;
            var nodes = outgoing ? _c.From : _c.To;
            var start = new int[_c.NodeCount + 1];
            foreach (var v in nodes) start[v + 1]++;
            for (var v = 0; v < _c.NodeCount; v++) start[v + 1] += start[v];
            var at = start.AsSpan(0, _c.NodeCount).ToArray();
            for (var e = 0; e < _c.EdgeCount; e++)
            {
                var i = at[nodes[e]]++;
                order[i] = e;
                keys[i] = Towards(e, outgoing);
            }

            var ports = outgoing ? _outPort : _inPort;
            for (var v = 0; v < _c.NodeCount; v++)
            {
                var count = start[v + 1] - start[v];
                if (count == 0) continue;
                if (count > 1) Array.Sort(keys, order, start[v], count);
                var step = count == 1 ? 0 : Math.Min(WidestPortStep, (_options.NodeHeight - (2 * PortMargin)) / (count - 1));
                var y = _c.Y[v] - (step * (count - 1) / 2);
                for (var i = start[v]; i < start[v + 1]; i++, y += step) ports[order[i]] = y;
            }
        }
    }

    /// <summary>Height at which the edge reaches the next layer on that side.</summary>
    private double Towards(int edge, bool outgoing)
    {
        if (_c.Outside[edge]) return _lane[edge];
        var dummies = _c.DummyCount(edge);
        if (dummies == 0) return _c.Y[outgoing ? _c.To[edge] : _c.From[edge]];
        return _c.Y[outgoing ? _c.FirstDummy[edge] : _c.FirstDummy[edge] + dummies - 1];
    }

    /// <summary>Heights above the component for the edges that are led around it: the first lane that is free, in order of their left ends.</summary>
    private void AssignLanes()
    {
        var edges = new List<int>();
        for (var e = 0; e < _c.EdgeCount; e++)
        {
            if (_c.Outside[e]) edges.Add(e);
        }

        edges.Sort((a, b) =>
        {
            var byLeft = _c.NodeLayer[_c.From[a]].CompareTo(_c.NodeLayer[_c.From[b]]);
            return byLeft != 0 ? byLeft : a.CompareTo(b);
        });
        var top = double.PositiveInfinity;
        foreach (var y in _c.Y) top = Math.Min(top, y);
        top -= (_options.NodeHeight / 2) + _options.NodeGap;
        var freeFrom = new int[MaxLanes];
        var next = 0;
        foreach (var e in edges)
        {
            var lane = Array.FindIndex(freeFrom, end => end <= _c.NodeLayer[_c.From[e]]);
            if (lane < 0) lane = next++ % MaxLanes;
            freeFrom[lane] = Math.Max(freeFrom[lane], _c.NodeLayer[_c.To[e]]);
            _lane[e] = top - (lane * _options.EdgeGap);
            Top = Math.Min(Top, _lane[e]);
        }
    }
}
