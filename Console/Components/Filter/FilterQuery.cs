using System.Collections.Immutable;
using System.Text;

namespace Qmtl.Console.Components.Filter;

/// <summary>One part of a filter: <c>key:value</c>, or a word of free text when <paramref name="Key"/> is null. Keys are lower case.</summary>
public sealed record FilterToken(string? Key, string Value);

/// <summary>
/// What a filter bar says, for instance <c>state:queued tag:"spot btc" momentum</c>. Immutable; parse and format are each other's inverse.
/// Tokens of one key mean "any of", tokens of different keys mean "and", words mean "contains each of".
/// </summary>
public sealed class FilterQuery : IEquatable<FilterQuery>
{
    /// <summary>Longest text that is read; the rest is ignored.</summary>
    public const int MaxLength = 2_000;

    public static readonly FilterQuery Empty = new([]);

    private FilterQuery(ImmutableArray<FilterToken> tokens) => Tokens = tokens;

    /// <summary>Tokens in the order in which they were written, without repetitions.</summary>
    public ImmutableArray<FilterToken> Tokens { get; }

    public bool IsEmpty => Tokens.IsEmpty;

    /// <summary>The words of free text.</summary>
    public IEnumerable<string> Words => Tokens.Where(token => token.Key is null).Select(token => token.Value);

    /// <summary>The values given for a key.</summary>
    public IReadOnlyList<string> Values(string key) =>
        [.. Tokens.Where(token => string.Equals(token.Key, key, StringComparison.OrdinalIgnoreCase)).Select(token => token.Value)];

    /// <summary>Whether nothing is asked about the key, or one of its values equals one of these (case ignored).</summary>
    public bool Allows(string key, params IEnumerable<string?> actual)
    {
        var wanted = Values(key);
        return wanted.Count == 0 || actual.Any(value => value is not null && wanted.Contains(value, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Whether each word occurs in one of the texts (case ignored).</summary>
    public bool Matches(params IEnumerable<string?> texts)
    {
        var all = texts as IReadOnlyCollection<string?> ?? [.. texts];
        return Words.All(word => all.Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));
    }

    /// <summary>With the token added at the end, or unchanged when it is there.</summary>
    public FilterQuery With(string? key, string value)
    {
        var token = new FilterToken(key?.ToLowerInvariant(), value);
        return value.Length == 0 || Tokens.Contains(token) ? this : new(Tokens.Add(token));
    }

    public FilterQuery Without(FilterToken token) => new(Tokens.Remove(token));

    /// <summary>Without any token of the key; null removes the free text.</summary>
    public FilterQuery Without(string? key) =>
        new([.. Tokens.Where(token => !string.Equals(token.Key, key, StringComparison.OrdinalIgnoreCase))]);

    /// <summary>
    /// Reads the text. A token is <c>key:value</c> when the key starts with a letter and holds letters, digits, <c>_</c>, <c>-</c> and <c>.</c>; a value or
    /// word may be in double quotes, in which <c>\"</c> and <c>\\</c> stand for themselves. Never fails: whatever is not a token is text.
    /// </summary>
    public static FilterQuery Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Empty;
        if (text.Length > MaxLength) text = text[..MaxLength];
        var query = Empty;
        var position = 0;
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position])) position++;
            if (position >= text.Length) return query;
            var key = ReadKey(text, ref position);
            var value = ReadValue(text, ref position);
            if (value.Length > 0) query = query.With(key, value);
            // "state:" alone asks nothing yet, but the user wrote it: it stays as a word.
            else if (key is not null) query = query.With(null, key + ":");
        }
    }

    /// <summary>The text that <see cref="Parse"/> reads as this query.</summary>
    public override string ToString() => string.Join(' ', Tokens.Select(Format));

    /// <summary>One token as text.</summary>
    public static string Format(FilterToken token) => token.Key is null ? Quote(token.Value, isWord: true) : $"{token.Key}:{Quote(token.Value, isWord: false)}";

    public bool Equals(FilterQuery? other) => other is not null && Tokens.SequenceEqual(other.Tokens);

    public override bool Equals(object? obj) => Equals(obj as FilterQuery);

    public override int GetHashCode() => Tokens.Aggregate(17, HashCode.Combine);

    private static string? ReadKey(string text, ref int position)
    {
        if (!char.IsAsciiLetter(text[position])) return null;
        var end = position;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-' or '.')) end++;
        if (end >= text.Length || text[end] != ':') return null;
        var key = text[position..end].ToLowerInvariant();
        position = end + 1;
        return key;
    }

    private static string ReadValue(string text, ref int position)
    {
        if (position < text.Length && text[position] == '"') return ReadQuoted(text, ref position);
        var start = position;
        while (position < text.Length && !char.IsWhiteSpace(text[position])) position++;
        return text[start..position];
    }

    /// <summary>Reads to the closing quote, or to the end of the text when there is none: the user may still be typing.</summary>
    private static string ReadQuoted(string text, ref int position)
    {
        var value = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] == '"')
            {
                position++;
                break;
            }

            if (text[position] == '\\' && position + 1 < text.Length && text[position + 1] is '"' or '\\' && position + 1 < text.Length) position++;
            value.Append(text[position]);
        }

        return value.ToString();
    }

    private static string Quote(string value, bool isWord)
    {
        var position = 0;
        var plain = !value.Any(char.IsWhiteSpace) && value[0] != '"' && (!isWord || ReadKey(value, ref position) is null || position == value.Length);
        return plain ? value : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }
}
