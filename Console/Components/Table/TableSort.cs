namespace Qmtl.Console.Components.Table;

/// <summary>Sorting of a table as one word: <c>age</c> ascending, <c>-age</c> descending.</summary>
public static class TableSort
{
    public static string? Column(string? sort) => string.IsNullOrEmpty(sort) ? null : sort.TrimStart('-');

    public static bool Descending(string? sort) => sort?.StartsWith('-') == true;

    /// <summary>The next state when the header is clicked: first direction, the other, none.</summary>
    public static string? Next(string? sort, string column, bool descendingFirst)
    {
        var first = descendingFirst ? "-" + column : column;
        var second = descendingFirst ? column : "-" + column;
        return sort == first ? second : sort == second ? null : first;
    }

    /// <summary>A sorted copy; stable; rows without a value come last in both directions.</summary>
    public static IReadOnlyList<TItem> Apply<TItem>(IReadOnlyList<TItem> rows, string? sort, IReadOnlyList<TableColumn<TItem>> columns)
    {
        var by = columns.FirstOrDefault(column => column.Key == Column(sort))?.SortBy;
        if (by is null) return rows;
        var keyed = rows.Select(row => (Row: row, Key: by(row))).ToArray();
        var known = keyed.Where(pair => pair.Key is not null);
        var comparer = Comparer<IComparable?>.Create((left, right) => left is string a && right is string b
            ? StringComparer.OrdinalIgnoreCase.Compare(a, b)
            : left!.CompareTo(right));
        var sorted = Descending(sort) ? known.OrderByDescending(pair => pair.Key, comparer) : known.OrderBy(pair => pair.Key, comparer);
        return [.. sorted.Select(pair => pair.Row), .. keyed.Where(pair => pair.Key is null).Select(pair => pair.Row)];
    }
}
