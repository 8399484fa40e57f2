namespace Qmtl.Shared.Graphs;

/// <summary>Sizes of a layered drawing, in pixels.</summary>
public sealed record LayoutOptions
{
    public static LayoutOptions Default { get; } = new();

    public double NodeWidth { get; init; } = 168;

    public double NodeHeight { get; init; } = 44;

    /// <summary>Least distance between the right side of a layer and the left side of the next. Components with steep edges get more, the same everywhere in them.</summary>
    public double LayerGap { get; init; } = 72;

    /// <summary>Distance between the columns of a layer that is too tall for one column.</summary>
    public double ColumnGap { get; init; } = 44;

    /// <summary>Folds layers that are too tall for the drawing into several columns.</summary>
    public bool FoldTallLayers { get; init; } = true;

    /// <summary>Vertical distance between two nodes of a layer.</summary>
    public double NodeGap { get; init; } = 18;

    /// <summary>Vertical distance between an edge that passes a layer and a node of it.</summary>
    public double EdgeNodeGap { get; init; } = 12;

    /// <summary>Vertical distance between two edges that pass the same layer; edges with a common end run closer together.</summary>
    public double EdgeGap { get; init; } = 8;

    /// <summary>Free space around the drawing.</summary>
    public double Margin { get; init; } = 24;
}

/// <summary>Where everything of a layered drawing stands, in pixels; the origin is the upper left corner, layers run left to right.</summary>
public sealed class LayoutResult
{
    /// <summary>Left side of each node.</summary>
    public required double[] X { get; init; }

    /// <summary>Upper side of each node.</summary>
    public required double[] Y { get; init; }

    /// <summary>Layer of each node within its component, from 0 at the left. Nodes without edges have layer 0.</summary>
    public required int[] Layer { get; init; }

    /// <summary>Layers of the deepest component.</summary>
    public required int LayerCount { get; init; }

    public required double Width { get; init; }

    public required double Height { get; init; }

    public required double NodeWidth { get; init; }

    public required double NodeHeight { get; init; }

    /// <summary>Start of each edge's points in <see cref="RoutePoints"/>, counted in points; one more entry than edges.</summary>
    public required int[] RouteStart { get; init; }

    /// <summary>
    /// x and y of all route points, edge after edge. An edge has a first point and then, for each cubic Bézier segment, two control points and
    /// an end point: 1 + 3·k points. It runs from producer to consumer.
    /// </summary>
    public required float[] RoutePoints { get; init; }

    /// <summary>Edges that close a cycle: they run from right to left, from the left side of their producer to the right side of their consumer.</summary>
    public int ReversedEdges { get; init; }

    /// <summary>x, y, x, y… of one edge.</summary>
    public ReadOnlySpan<float> Route(int edge) => RoutePoints.AsSpan((RouteStart[edge] * 2)..(RouteStart[edge + 1] * 2));
}
