namespace Qmtl.Console.Components;

/// <summary>How a graph is looked at, apart from the selection. Small enough for the URL.</summary>
/// <param name="Depth">Steps of the lineage that lights up; 0 is without limit.</param>
/// <param name="Way"><c>both</c>, <c>up</c> (inputs) or <c>down</c> (consumers).</param>
/// <param name="Direction"><c>lr</c> from left to right, <c>tb</c> from top to bottom.</param>
/// <param name="Overlay"><c>shared</c>, <c>new</c>, <c>mismatch</c> or null: the nodes that stand out while nothing is selected.</param>
public sealed record DagView(int Depth = 0, string Way = "both", string Direction = "lr", string? Overlay = null)
{
    public static DagView Default { get; } = new();

    /// <summary>The same with everything that is not understood put to its default.</summary>
    public DagView Checked() => new(
        Depth is >= 0 and <= 3 ? Depth : 0,
        Way is "up" or "down" ? Way : "both",
        Direction is "tb" ? Direction : "lr",
        Overlay is "shared" or "new" or "mismatch" ? Overlay : null);
}

/// <summary>Size of the graph on the screen.</summary>
public sealed record DagSize(int Nodes, int Edges);
