using System.Globalization;

namespace Qmtl.Console.DryRuns;

/// <summary>Words for what became of a dry-run result; the page and the API say the same.</summary>
public static class DryRunWords
{
    /// <summary>What happened and what to do.</summary>
    public static (string Detail, string Advice) Explain(DryRunFind find, TimeSpan kept) => find.Outcome switch
    {
        DryRunLookup.Expired => (
            $"This result expired at {Utc(find.ExpiresAt)} (kept {Hours(kept)}).",
            "Dry-run the DAG again; what it would do may have changed since."),
        DryRunLookup.NotHere => (
            $"A result made at {Utc(find.MadeAt)} is not here: it was dropped to make room for newer ones, or another console made it.",
            "Dry-run the DAG again, or open the link on the console that made it."),
        DryRunLookup.Damaged => (
            $"The stored result of {Utc(find.MadeAt)} is damaged and cannot be shown.",
            "Dry-run the DAG again. If this happens often, check the disk that holds Storage:Path."),
        DryRunLookup.NotAnId => (
            "This is not the id of a dry-run result.",
            "Check the link: an id has 26 letters and digits."),
        _ => ("", ""),
    };

    /// <summary>For instance <c>24 h</c>.</summary>
    public static string Hours(TimeSpan kept) => $"{kept.TotalHours.ToString("0.#", CultureInfo.InvariantCulture)} h";

    private static string Utc(DateTimeOffset? at) => at is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) : "–";
}
