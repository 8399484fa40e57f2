using Microsoft.AspNetCore.Components;

namespace Qmtl.Console.Components.Table;

/// <summary>A column of a <see cref="DataTable{TItem}"/>.</summary>
public sealed record TableColumn<TItem>
{
    /// <summary>Stable key: in the address for sorting, in the browser's memory for widths.</summary>
    public required string Key { get; init; }

    public required string Title { get; init; }

    /// <summary>Content of a cell.</summary>
    public required RenderFragment<TItem> Cell { get; init; }

    /// <summary>Width at first, pixels.</summary>
    public int Width { get; init; } = 140;

    /// <summary>Numbers: right-aligned, header too.</summary>
    public bool Number { get; init; }

    /// <summary>What to sort by; null makes the column unsortable. Null values come last in both directions.</summary>
    public Func<TItem, IComparable?>? SortBy { get; init; }

    /// <summary>With a provider, which sorts itself: whether it can sort by this column.</summary>
    public bool Sortable { get; init; }

    /// <summary>The first click sorts the largest first: for times and counts.</summary>
    public bool DescendingFirst { get; init; }

    /// <summary>Not shown until the user chooses it.</summary>
    public bool Optional { get; init; }

    /// <summary>Always shown: the column that names the row.</summary>
    public bool Fixed { get; init; }

    /// <summary>Explains the header on hover.</summary>
    public string? Hint { get; init; }
}

/// <summary>A part of a long list that a table asks for.</summary>
/// <param name="Start">First row, from 0.</param>
/// <param name="Count">Rows wanted.</param>
/// <param name="Sort">Column key, with <c>-</c> in front for descending; null for the provider's own order.</param>
public sealed record TableRange(int Start, int Count, string? Sort);

/// <summary>The rows of a <see cref="TableRange"/> and the length of the whole list.</summary>
public sealed record TablePart<TItem>(IReadOnlyList<TItem> Rows, int Total);
