namespace Qmtl.Shared.Graphs;

/// <summary>
/// Layered drawing of a directed graph, left to right (the method of Sugiyama, Tagawa and Toda). Deterministic: the same graph gives the same drawing.
/// Components are laid out one by one and packed; nodes without edges stand in a block. Edges that close a cycle are drawn from right to left.
/// </summary>
public static class LayeredLayout
{
    private const double ComponentGap = 40;
    private const double Aspect = 1.6;
    private const double SteepShare = 0.05;
    private const double MaxGapFactor = 3;

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
        var components = new LayeredComponent[split.Parts.Count];
        for (var i = 0; i < components.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var c = split.Parts[i].Component;
            var most = Math.Max(2_000, (int)((long)maxDummies * c.EdgeCount / Math.Max(1, graph.EdgeCount)));
            Layering.Assign(c);
            c.AddDummies(most);
            new CrossingReduction(c).Run();
            cancel.ThrowIfCancellationRequested();
            if (options.FoldTallLayers) c = LayerFolding.Fold(c, options, most);
            new VerticalPlacement(c, options).Run();
            components[i] = c;
        }

        return new Assembly(graph, options, reversed, split, components).Run();
    }

    /// <summary>Puts the components together: routes, packing, one coordinate system.</summary>
    private sealed class Assembly(DagGraph graph, LayoutOptions options, bool[] reversed, ComponentSplit split, LayeredComponent[] components)
    {
        private readonly double[] _x = new double[graph.NodeCount];
        private readonly double[] _y = new double[graph.NodeCount];
        private readonly int[] _layer = new int[graph.NodeCount];

        public LayoutResult Run()
        {
            var routers = new EdgeRouter[components.Length];
            var boxes = new Box[components.Length];
            var layers = 0;
            for (var i = 0; i < routers.Length; i++)
            {
                var c = components[i];
                c.PlaceColumns(options.NodeWidth, options.ColumnGap, GapFor(c));
                routers[i] = new EdgeRouter(c, options);
                routers[i].Run();
                var (top, bottom) = Extent(c, routers[i]);
                boxes[i] = new Box(i, c.Width, top, bottom - top);
            }

            var (width, height) = Pack(boxes, out var origins);
            for (var i = 0; i < routers.Length; i++)
            {
                var (c, nodes) = (components[i], split.Parts[i].Nodes);
                for (var v = 0; v < nodes.Length; v++)
                {
                    _layer[nodes[v]] = c.LogicalLayer(v);
                    layers = Math.Max(layers, _layer[nodes[v]] + 1);
                    _x[nodes[v]] = origins[i].X + c.ColumnX[c.NodeLayer[v]];
                    _y[nodes[v]] = Math.Round(origins[i].Y + c.Y[v] - (options.NodeHeight / 2), 3);
                }
            }

            if (split.Isolated.Count > 0) layers = Math.Max(layers, 1);
            PlaceIsolated(ref width, ref height);
            var (start, points) = Routes(routers, origins);
            return new LayoutResult
            {
                X = _x,
                Y = _y,
                Layer = _layer,
                LayerCount = layers,
                Width = width,
                Height = height,
                NodeWidth = options.NodeWidth,
                NodeHeight = options.NodeHeight,
                RouteStart = start,
                RoutePoints = points,
                ReversedEdges = reversed.AsSpan().Count(true),
            };
        }

        /// <summary>Tall components have steep edges: their layers stand farther apart.</summary>
        private double GapFor(LayeredComponent c)
        {
            var (top, bottom) = (0.0, 0.0);
            foreach (var y in c.Y) (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
            return Math.Round(Math.Clamp((bottom - top) * SteepShare, options.LayerGap, MaxGapFactor * options.LayerGap));
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

        /// <summary>Packs the components onto shelves, the tallest first; returns the size of the drawing with its margins.</summary>
        private (double Width, double Height) Pack(Box[] boxes, out (double X, double Y)[] origins)
        {
            origins = new (double, double)[boxes.Length];
            var (area, widest) = (0.0, 0.0);
            foreach (var box in boxes)
            {
                area += (box.Width + ComponentGap) * (box.Height + ComponentGap);
                widest = Math.Max(widest, box.Width);
            }

            var limit = Math.Max(widest, Math.Sqrt(area * Aspect));
            Array.Sort(boxes, (a, b) => a.Height != b.Height ? b.Height.CompareTo(a.Height) : a.Part.CompareTo(b.Part));
            var (x, shelf, shelfHeight, used) = (0.0, options.Margin, 0.0, 0.0);
            foreach (var box in boxes)
            {
                if (x > 0 && x + box.Width > limit)
                {
                    shelf += shelfHeight + ComponentGap;
                    (shelfHeight, x) = (0, 0);
                }

                origins[box.Part] = (options.Margin + x, shelf - box.Top);
                shelfHeight = Math.Max(shelfHeight, box.Height);
                used = Math.Max(used, x + box.Width);
                x += box.Width + ComponentGap;
            }

            return (used + (2 * options.Margin), shelf + shelfHeight + options.Margin);
        }

        /// <summary>Nodes without edges stand in rows under the rest, as wide as the drawing or in the usual proportion.</summary>
        private void PlaceIsolated(ref double width, ref double height)
        {
            var count = split.Isolated.Count;
            if (count == 0) return;
            var (stepX, stepY) = (options.NodeWidth + options.ColumnGap, options.NodeHeight + options.NodeGap);
            var inWidth = (int)((width - (2 * options.Margin) + options.ColumnGap) / stepX);
            var columns = Math.Min(count, Math.Max(inWidth, (int)Math.Ceiling(Math.Sqrt(count * Aspect * stepY / stepX))));
            var top = split.Parts.Count == 0 ? options.Margin : height - options.Margin + ComponentGap;
            for (var i = 0; i < count; i++)
            {
                _x[split.Isolated[i]] = options.Margin + (i % columns * stepX);
                _y[split.Isolated[i]] = top + (i / columns * stepY);
            }

            width = Math.Max(width, (columns * stepX) - options.ColumnGap + (2 * options.Margin));
            height = top + ((count + columns - 1) / columns * stepY) - options.NodeGap + options.Margin;
        }

        private (int[] Start, float[] Points) Routes(EdgeRouter[] routers, (double X, double Y)[] origins)
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
                var (dx, dy) = ((float)origins[i].X, (float)origins[i].Y);
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
            var reach = options.ColumnGap / 3;
            ReadOnlySpan<double> loop =
            [
                right, middle, right + reach, middle, right + reach, above, right, above,
                right - (options.NodeWidth / 3), above, left + (options.NodeWidth / 3), above, left, above,
                left - reach, above, left - reach, middle, left, middle,
            ];
            for (var i = 0; i < loop.Length; i++) points[i] = (float)loop[i];
        }
    }

    private readonly record struct Box(int Part, double Width, double Top, double Height);
}
