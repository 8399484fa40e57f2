namespace Qmtl.Shared.Graphs;

/// <summary>
/// Layered drawing of a directed graph, left to right (the method of Sugiyama, Tagawa and Toda). Deterministic: the same graph gives the same drawing.
/// Components are laid out one by one and packed; nodes without edges stand in a block. Edges that close a cycle are drawn from right to left.
/// </summary>
public static class LayeredLayout
{
    private const double ComponentGap = 40;
    private const double Aspect = 1.6;

    /// <summary>Computes the layout.</summary>
    /// <param name="graph">Any directed graph; cycles and self-loops are allowed.</param>
    /// <param name="options">Sizes; null for the standard ones.</param>
    /// <param name="cancel">Ends a long layout early.</param>
    public static LayoutResult Compute(DagGraph graph, LayoutOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(graph);
        options ??= LayoutOptions.Default;
        var reversed = CycleBreaker.EdgesToReverse(graph);
        var split = ComponentSplit.Of(graph, reversed);
        var maxDummies = Math.Max(10_000, 3 * (graph.NodeCount + graph.EdgeCount));
        foreach (var part in split.Parts)
        {
            cancel.ThrowIfCancellationRequested();
            var c = part.Component;
            Layering.Assign(c);
            c.AddDummies(Math.Max(2_000, (int)((long)maxDummies * c.EdgeCount / Math.Max(1, graph.EdgeCount))));
            new CrossingReduction(c).Run();
            cancel.ThrowIfCancellationRequested();
            new VerticalPlacement(c, options).Run();
        }

        return new Assembly(graph, options, reversed, split).Run();
    }

    /// <summary>Puts the components together: routes, packing, one coordinate system.</summary>
    private sealed class Assembly(DagGraph graph, LayoutOptions options, bool[] reversed, ComponentSplit split)
    {
        private readonly double[] _x = new double[graph.NodeCount];
        private readonly double[] _y = new double[graph.NodeCount];
        private readonly int[] _layer = new int[graph.NodeCount];
        private readonly double _gap = options.LayerGap;
        private double _pitch;

        public LayoutResult Run()
        {
            _pitch = options.NodeWidth + _gap;
            var routers = new EdgeRouter[split.Parts.Count];
            var boxes = new List<Box>();
            for (var i = 0; i < routers.Length; i++)
            {
                var c = split.Parts[i].Component;
                routers[i] = new EdgeRouter(c, options, _gap);
                routers[i].Run();
                var (top, bottom) = Extent(c, routers[i]);
                boxes.Add(new Box(i, c.LayerCount, top, bottom - top));
            }

            var (columns, height) = Pack(boxes, out var origins);
            for (var i = 0; i < routers.Length; i++)
            {
                var part = split.Parts[i];
                for (var v = 0; v < part.Nodes.Length; v++)
                {
                    var node = part.Nodes[v];
                    _layer[node] = part.Component.NodeLayer[v] + origins[i].Column;
                    _x[node] = options.Margin + (_layer[node] * _pitch);
                    _y[node] = Math.Round(origins[i].Y + part.Component.Y[v] - (options.NodeHeight / 2), 3);
                }
            }

            height = PlaceIsolated(ref columns, height);
            var (start, points) = Routes(routers, origins);
            return new LayoutResult
            {
                X = _x,
                Y = _y,
                Layer = _layer,
                LayerCount = columns,
                Width = columns == 0 ? 2 * options.Margin : (2 * options.Margin) + (columns * _pitch) - _gap,
                Height = height,
                NodeWidth = options.NodeWidth,
                NodeHeight = options.NodeHeight,
                RouteStart = start,
                RoutePoints = points,
                ReversedEdges = reversed.AsSpan().Count(true),
            };
        }

        private (double Top, double Bottom) Extent(LayeredComponent c, EdgeRouter router)
        {
            var (top, bottom) = (router.Top, double.NegativeInfinity);
            for (var v = 0; v < c.VertexCount; v++)
            {
                var half = v < c.NodeCount ? options.NodeHeight / 2 : 2;
                top = Math.Min(top, c.Y[v] - half);
                bottom = Math.Max(bottom, c.Y[v] + half);
            }

            return (top, bottom);
        }

        /// <summary>Packs the components onto shelves, the tallest first; columns of all components stand on one raster.</summary>
        private (int Columns, double Height) Pack(List<Box> boxes, out (int Column, double Y)[] origins)
        {
            origins = new (int, double)[boxes.Count];
            var area = 0.0;
            var columns = 0;
            foreach (var box in boxes)
            {
                area += box.Columns * _pitch * (box.Height + ComponentGap);
                columns = Math.Max(columns, box.Columns);
            }

            columns = Math.Max(columns, (int)(Math.Sqrt(area * Aspect) / _pitch));
            boxes.Sort((a, b) => a.Height != b.Height ? b.Height.CompareTo(a.Height) : a.Part.CompareTo(b.Part));
            var (shelf, shelfHeight, column, used) = (options.Margin, 0.0, 0, 0);
            foreach (var box in boxes)
            {
                if (column > 0 && column + box.Columns > columns)
                {
                    shelf += shelfHeight + ComponentGap;
                    (shelfHeight, column) = (0, 0);
                }

                origins[box.Part] = (column, shelf - box.Top);
                shelfHeight = Math.Max(shelfHeight, box.Height);
                column += box.Columns;
                used = Math.Max(used, column);
            }

            return (used, shelf + shelfHeight + options.Margin);
        }

        private double PlaceIsolated(ref int columns, double height)
        {
            var count = split.Isolated.Count;
            if (count == 0) return height;
            var step = options.NodeHeight + options.NodeGap;
            var wide = Math.Max(columns, (int)Math.Ceiling(Math.Sqrt(count * Aspect * step / _pitch)));
            var top = split.Parts.Count == 0 ? options.Margin : height - options.Margin + ComponentGap;
            for (var i = 0; i < count; i++)
            {
                var node = split.Isolated[i];
                _layer[node] = i % wide;
                _x[node] = options.Margin + (_layer[node] * _pitch);
                _y[node] = top + (i / wide * step);
            }

            columns = Math.Max(columns, Math.Min(wide, count));
            return top + ((count + wide - 1) / wide * step) - options.NodeGap + options.Margin;
        }

        private (int[] Start, float[] Points) Routes(EdgeRouter[] routers, (int Column, double Y)[] origins)
        {
            var start = new int[graph.EdgeCount + 1];
            for (var i = 0; i < routers.Length; i++)
            {
                var edges = split.Parts[i].Edges;
                for (var e = 0; e < edges.Length; e++) start[edges[e] + 1] = routers[i].Start[e + 1] - routers[i].Start[e];
            }

            for (var e = 0; e < graph.EdgeCount; e++)
            {
                if (graph.From[e] == graph.To[e]) start[e + 1] = 10;
                start[e + 1] += start[e];
            }

            var points = new float[start[^1] * 2];
            for (var i = 0; i < routers.Length; i++)
            {
                var edges = split.Parts[i].Edges;
                var (dx, dy) = ((float)(options.Margin + (origins[i].Column * _pitch)), (float)origins[i].Y);
                for (var e = 0; e < edges.Length; e++)
                {
                    var source = routers[i].Points[(2 * routers[i].Start[e])..(2 * routers[i].Start[e + 1])];
                    var target = points.AsSpan(2 * start[edges[e]], source.Length);
                    var turn = reversed[edges[e]];
                    for (var p = 0; p < source.Length; p += 2)
                    {
                        var q = turn ? source.Length - 2 - p : p;
                        target[q] = source[p] + dx;
                        target[q + 1] = source[p + 1] + dy;
                    }
                }
            }

            for (var e = 0; e < graph.EdgeCount; e++)
            {
                if (graph.From[e] == graph.To[e]) DrawLoop(graph.From[e], points.AsSpan(2 * start[e], 20));
            }

            return (start, points);
        }

        /// <summary>A self-loop: out at the right, over the top of its node, in at the left.</summary>
        private void DrawLoop(int node, Span<float> points)
        {
            var (left, right) = (_x[node], _x[node] + options.NodeWidth);
            var (middle, above) = (_y[node] + (options.NodeHeight / 2), _y[node] - (options.NodeGap / 3));
            var reach = Math.Min(16, _gap / 3);
            ReadOnlySpan<double> loop =
            [
                right, middle, right + reach, middle, right + reach, above, right, above,
                right - (options.NodeWidth / 3), above, left + (options.NodeWidth / 3), above, left, above,
                left - reach, above, left - reach, middle, left, middle,
            ];
            for (var i = 0; i < loop.Length; i++) points[i] = (float)loop[i];
        }
    }

    private readonly record struct Box(int Part, int Columns, double Top, double Height);
}
