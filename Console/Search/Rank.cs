namespace Qmtl.Console.Search;

/// <summary>How well texts match what was typed; smaller is better.</summary>
public static class Rank
{
    /// <summary>No match.</summary>
    public const int None = 1_000;

    /// <summary>Each word must occur in one of the texts (case ignored). An earlier text weighs more; equal beats start beats inside.</summary>
    public static int Of(string typed, params ReadOnlySpan<string?> texts)
    {
        ArgumentNullException.ThrowIfNull(typed);
        var total = 0;
        var words = 0;
        foreach (var range in typed.AsSpan().Split(' '))
        {
            var word = typed.AsSpan(range).Trim();
            if (word.IsEmpty) continue;
            words++;
            var best = None;
            for (var index = 0; index < texts.Length; index++)
            {
                if (texts[index] is not { } text) continue;
                var at = text.AsSpan().IndexOf(word, StringComparison.OrdinalIgnoreCase);
                if (at < 0) continue;
                best = Math.Min(best, (index * 3) + (at > 0 ? 2 : text.Length > word.Length ? 1 : 0));
            }

            if (best == None) return None;
            total += best;
        }

        return words == 0 ? None : Math.Min(total, None - 1);
    }
}
