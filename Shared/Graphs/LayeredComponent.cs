namespace Qmtl.Shared.Graphs;

/// <summary>
/// One weakly connected component while it is laid out. Vertices 0…<see cref="NodeCount"/>-1 are nodes, the rest are dummies: one for each layer
/// that a long edge passes. Edges run from the lower layer to the higher; reversed ones have been turned round before.
/// </summary>
internal sealed class LayeredComponent
{
    public LayeredComponent(int nodeCount, int[] from, int[] to)
    {
        NodeCount = nodeCount;
        From = from;
        To = to;
        NodeLayer = new int[nodeCount];
    }

    public int NodeCount { get; }

    public int[] From { get; }

    public int[] To { get; }

    public int EdgeCount => From.Length;

    /// <summary>Layer of each node, set by <see cref="Layering"/>.</summary>
    public int[] NodeLayer { get; }

    public int LayerCount { get; set; }

    /// <summary>Where layers are folded, the layers here are columns: the layer that each column belongs to. Null when every layer is one column.</summary>
    public int[]? LayerOfColumn { get; init; }

    /// <summary>Left side of the nodes of each layer or column, set before the edges are routed.</summary>
    public double[] ColumnX { get; private set; } = [];

    /// <summary>Right end of the last column.</summary>
    public double Width { get; private set; }

    /// <summary>The logical layer of a node.</summary>
    public int LogicalLayer(int node) => LayerOfColumn is null ? NodeLayer[node] : LayerOfColumn[NodeLayer[node]];

    public int VertexCount { get; private set; }

    /// <summary>Layer of each vertex.</summary>
    public int[] VertexLayer { get; private set; } = [];

    /// <summary>The edge a dummy belongs to, by vertex; -1 for nodes.</summary>
    public int[] DummyEdge { get; private set; } = [];

    /// <summary>First dummy of each edge; the dummies of an edge are consecutive, from its producer to its consumer.</summary>
    public int[] FirstDummy { get; private set; } = [];

    /// <summary>Edges that have no dummies because there would be too many: they are led around the drawing.</summary>
    public bool[] Outside { get; private set; } = [];

    public bool HasOutside { get; private set; }

    /// <summary>Vertices of each layer in drawing order, top to bottom: rows of <see cref="Order"/>.</summary>
    public int[] LayerStart { get; private set; } = [];

    public int[] Order { get; private set; } = [];

    /// <summary>Position of each vertex in its layer.</summary>
    public int[] Position { get; private set; } = [];

    /// <summary>Neighbours in the layer before, by vertex.</summary>
    public int[] LeftStart { get; private set; } = [];

    public int[] Left { get; private set; } = [];

    /// <summary>Neighbours in the layer after, by vertex.</summary>
    public int[] RightStart { get; private set; } = [];

    public int[] Right { get; private set; } = [];

    /// <summary>Vertical centre of each vertex, set by <see cref="VerticalPlacement"/>.</summary>
    public double[] Y { get; set; } = [];

    public Span<int> LayerOf(int layer) => Order.AsSpan(LayerStart[layer]..LayerStart[layer + 1]);

    public ReadOnlySpan<int> LeftOf(int vertex) => Left.AsSpan(LeftStart[vertex]..LeftStart[vertex + 1]);

    public ReadOnlySpan<int> RightOf(int vertex) => Right.AsSpan(RightStart[vertex]..RightStart[vertex + 1]);

    public int DummyCount(int edge) => Outside[edge] ? 0 : NodeLayer[To[edge]] - NodeLayer[From[edge]] - 1;

    /// <summary>Columns of one layer stand close together, layers at even distances.</summary>
    public void PlaceColumns(double nodeWidth, double columnGap, double layerGap)
    {
        ColumnX = new double[LayerCount];
        var x = 0.0;
        for (var i = 0; i < LayerCount; i++)
        {
            if (i > 0) x += nodeWidth + (LayerOfColumn is not null && LayerOfColumn[i] == LayerOfColumn[i - 1] ? columnGap : layerGap);
            ColumnX[i] = x;
        }

        Width = x + nodeWidth;
    }

    /// <summary>Cuts long edges into dummies and lists each layer's vertices in index order.</summary>
    /// <param name="maxDummies">Bound; the longest edges go around the outside when there would be more.</param>
    public void AddDummies(int maxDummies)
    {
        var longest = LongestInside(maxDummies);
        var outside = new bool[EdgeCount];
        for (var e = 0; e < outside.Length; e++) outside[e] = NodeLayer[To[e]] - NodeLayer[From[e]] > longest;
        AddDummies(outside);
    }

    /// <summary>Cuts long edges, but the ones that go around the outside, into dummies.</summary>
    public void AddDummies(bool[] outside)
    {
        var edges = EdgeCount;
        Outside = outside;
        HasOutside = outside.AsSpan().Contains(true);
        FirstDummy = new int[edges];
        var next = NodeCount;
        for (var e = 0; e < edges; e++)
        {
            FirstDummy[e] = next;
            if (!outside[e]) next += NodeLayer[To[e]] - NodeLayer[From[e]] - 1;
        }

        VertexCount = next;
        VertexLayer = new int[next];
        DummyEdge = new int[next];
        NodeLayer.CopyTo(VertexLayer, 0);
        Array.Fill(DummyEdge, -1, 0, NodeCount);
        LeftStart = new int[next + 1];
        RightStart = new int[next + 1];
        for (var e = 0; e < edges; e++)
        {
            if (Outside[e]) continue;
            RightStart[From[e] + 1]++;
            LeftStart[To[e] + 1]++;
            var (d, layer) = (FirstDummy[e], NodeLayer[From[e]] + 1);
            for (var i = DummyCount(e); i > 0; i--, d++)
            {
                VertexLayer[d] = layer++;
                DummyEdge[d] = e;
                LeftStart[d + 1]++;
                RightStart[d + 1]++;
            }
        }

        for (var v = 0; v < next; v++)
        {
            LeftStart[v + 1] += LeftStart[v];
            RightStart[v + 1] += RightStart[v];
        }

        Left = new int[LeftStart[next]];
        Right = new int[RightStart[next]];
        var leftAt = LeftStart.AsSpan(0, next).ToArray();
        var rightAt = RightStart.AsSpan(0, next).ToArray();
        for (var e = 0; e < edges; e++)
        {
            if (Outside[e]) continue;
            var (u, d) = (From[e], FirstDummy[e]);
            for (var i = DummyCount(e); i > 0; i--, d++)
            {
                Right[rightAt[u]++] = d;
                Left[leftAt[d]++] = u;
                u = d;
            }

            Right[rightAt[u]++] = To[e];
            Left[leftAt[To[e]]++] = u;
        }

        LayerStart = new int[LayerCount + 1];
        for (var v = 0; v < next; v++) LayerStart[VertexLayer[v] + 1]++;
        for (var l = 0; l < LayerCount; l++) LayerStart[l + 1] += LayerStart[l];
        Order = new int[next];
        Position = new int[next];
        var at = LayerStart.AsSpan(0, LayerCount).ToArray();
        for (var v = 0; v < next; v++)
        {
            var l = VertexLayer[v];
            Position[v] = at[l] - LayerStart[l];
            Order[at[l]++] = v;
        }
    }

    /// <summary>The longest span that edges may have so that the dummies stay within the bound.</summary>
    private int LongestInside(int maxDummies)
    {
        var spans = new int[LayerCount + 1];
        for (var e = 0; e < EdgeCount; e++) spans[NodeLayer[To[e]] - NodeLayer[From[e]]]++;
        long total = 0;
        for (var span = 2; span <= LayerCount; span++)
        {
            total += (long)spans[span] * (span - 1);
            if (total > maxDummies) return span - 1;
        }

        return LayerCount;
    }
}
