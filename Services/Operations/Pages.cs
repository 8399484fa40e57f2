namespace Qmtl.Operations;

/// <summary>Reads a page of what a caller may see out of lists that also hold other things.</summary>
internal static class Pages
{
    /// <summary>Most rows of one page.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>Most documents that one page looks through; beyond, the page ends early and names where to go on.</summary>
    public const int MaxScan = 10_000;

    private const int Chunk = 250;

    public static async Task<(IReadOnlyList<T> Found, string? Next)> ReadAsync<T>(
        Func<(string Order, string Id)?, int, Task<IReadOnlyList<T>>> read, Func<T, (string Order, string Id)> place, Func<T, bool> wanted, string? after, int limit)
    {
        limit = Math.Clamp(limit, 1, MaxLimit);
        var from = Parse(after);
        var found = new List<T>();
        for (var scanned = 0; scanned < MaxScan;)
        {
            var count = Math.Max(limit + 1, Chunk);
            var rows = await read(from, count);
            foreach (var row in rows)
            {
                if (wanted(row) && found.Count == limit) return (found, Write(from!.Value));
                if (wanted(row)) found.Add(row);
                from = place(row);
            }

            if (rows.Count < count) return (found, null);
            scanned += rows.Count;
        }

        return (found, from is { } stopped ? Write(stopped) : null);
    }

    private static string Write((string Order, string Id) place) => $"{place.Order}~{place.Id}";

    /// <summary>Null, from the start, also for what no page ever gave.</summary>
    private static (string Order, string Id)? Parse(string? after) =>
        after?.Split('~') is [var order, var id] ? (order, id) : null;
}
