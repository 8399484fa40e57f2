using System.Globalization;

namespace Qmtl.Operations.Storage;

/// <summary>What every store asks of its callers.</summary>
internal static class DocumentRules
{
    public const int MaxLimit = 10_000;

    public static void Check(DocumentQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentException.ThrowIfNullOrEmpty(query.Kind);
        if (query.Limit is < 1 or > MaxLimit)
        {
            throw new ArgumentOutOfRangeException(nameof(query), query.Limit, string.Create(CultureInfo.InvariantCulture, $"A list has 1 to {MaxLimit} documents."));
        }
    }

    public static void Check(IReadOnlyList<DocumentWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        var seen = new HashSet<(string, string)>(writes.Count);
        foreach (var write in writes)
        {
            ArgumentException.ThrowIfNullOrEmpty(write.Kind);
            ArgumentException.ThrowIfNullOrEmpty(write.Id);
            ArgumentOutOfRangeException.ThrowIfNegative(write.ExpectedVersion);
            if (!seen.Add((write.Kind, write.Id))) throw new ArgumentException($"{write.Kind} {write.Id} is written twice in one commit.", nameof(writes));
        }
    }
}
