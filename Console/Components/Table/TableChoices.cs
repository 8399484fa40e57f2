namespace Qmtl.Console.Components.Table;

/// <summary>What the user chose for a table; the browser remembers it. Comes from outside, so nothing in it is trusted.</summary>
public sealed class TableChoices
{
    public const int MinWidth = 48;
    public const int MaxWidth = 1_200;

    /// <summary>Widths by column key, pixels.</summary>
    public Dictionary<string, int> Widths { get; set; } = [];

    /// <summary>Columns shown or hidden against their default, by key.</summary>
    public Dictionary<string, bool> Shown { get; set; } = [];

    /// <summary>Only what these columns know, within bounds.</summary>
    public TableChoices For<TItem>(IReadOnlyList<TableColumn<TItem>> columns)
    {
        var clean = new TableChoices();
        foreach (var column in columns)
        {
            if (Widths?.TryGetValue(column.Key, out var width) == true) clean.Widths[column.Key] = Math.Clamp(width, MinWidth, MaxWidth);
            if (!column.Fixed && Shown?.TryGetValue(column.Key, out var shown) == true) clean.Shown[column.Key] = shown;
        }

        return clean;
    }
}
