namespace Qmtl.Console.Components.Filter;

/// <summary>A key that a filter bar offers.</summary>
/// <param name="Key">As written before the colon, lower case.</param>
/// <param name="Hint">What it means, for instance "state of the strategy".</param>
/// <param name="Values">The known values, in the order of the suggestions; called while the user types.</param>
public sealed record FilterKey(string Key, string Hint, Func<IEnumerable<string>> Values)
{
    /// <summary>A key with fixed values.</summary>
    public FilterKey(string key, string hint, params string[] values)
        : this(key, hint, () => values)
    {
    }
}

/// <summary>One suggestion of a filter bar: what to show and what the input becomes.</summary>
/// <param name="Text">The key with its colon, or the value.</param>
/// <param name="Hint">What it means.</param>
/// <param name="Token">The token that choosing it adds; null when only <see cref="Text"/> is put into the input.</param>
public sealed record FilterSuggestion(string Text, string Hint, FilterToken? Token);

/// <summary>Works out suggestions; pure.</summary>
public static class FilterSuggestions
{
    public const int Limit = 12;

    /// <summary>Suggestions for what stands in the input: keys first, then values of the key before the colon, and values of every key that start with the word.</summary>
    public static IReadOnlyList<FilterSuggestion> For(string input, IReadOnlyList<FilterKey> keys, FilterQuery query)
    {
        var word = input.TrimStart();
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
        {
            var key = keys.FirstOrDefault(candidate => candidate.Key.Equals(word[..colon], StringComparison.OrdinalIgnoreCase));
            return key is null ? [] : [.. Values(key, word[(colon + 1)..].Trim('"'), query, contains: true).Take(Limit)];
        }

        var byKey = keys
            .Where(key => key.Key.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(key => new FilterSuggestion(key.Key + ":", key.Hint, null));
        if (word.Length < 2) return [.. byKey.Take(Limit)];
        return [.. byKey.Concat(keys.SelectMany(key => Values(key, word, query, contains: false).Take(4))).Take(Limit)];
    }

    private static IEnumerable<FilterSuggestion> Values(FilterKey key, string typed, FilterQuery query, bool contains)
    {
        var taken = query.Values(key.Key);
        return key.Values()
            .Where(value => value.Length > 0 && !taken.Contains(value, StringComparer.OrdinalIgnoreCase))
            .Where(value => contains ? value.Contains(typed, StringComparison.OrdinalIgnoreCase) : value.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(value => new FilterSuggestion(FilterQuery.Format(new(key.Key, value)), key.Hint, new(key.Key, value)));
    }
}
