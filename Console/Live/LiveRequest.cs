using System.Collections.Frozen;
using System.Globalization;
using Qmtl.ControlBus;

namespace Qmtl.Console.Live;

/// <summary>Which events a client asks for. Lists that are empty or missing are no condition.</summary>
public sealed record LiveRequest
{
    /// <summary>Most values in a list.</summary>
    public const int MaxValues = 100;

    /// <summary>Most characters of a value.</summary>
    public const int MaxLength = 400;

    public IReadOnlyList<string>? Types { get; init; }

    public IReadOnlyList<string>? Worlds { get; init; }

    public IReadOnlyList<string>? Strategies { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>Exactly this key.</summary>
    public string? Key { get; init; }

    /// <summary>Anywhere in type, key or payload.</summary>
    public string? Text { get; init; }

    /// <summary>Received at or after, milliseconds since 1970.</summary>
    public long? From { get; init; }

    /// <summary>Received before, milliseconds since 1970.</summary>
    public long? Until { get; init; }

    /// <summary>How many of the newest events a subscription begins with, 0 to 10,000.</summary>
    public int Backfill { get; init; }

    /// <summary>Whether rows carry the payload.</summary>
    public bool Data { get; init; }

    /// <summary>What is wrong with it and where; null when nothing is.</summary>
    public string? Problem()
    {
        foreach (var (name, values) in new[] { ("types", Types), ("worlds", Worlds), ("strategies", Strategies), ("tags", Tags), ("sources", Sources) })
        {
            if (values is null) continue;
            if (values.Count > MaxValues) return $"{name} has {values.Count} values; at most {MaxValues} are taken.";
            if (values.Any(value => value is null or { Length: 0 or > MaxLength })) return $"{name} has a value that is empty or longer than {MaxLength} characters.";
        }

        if (Key is { Length: > MaxLength }) return $"key is longer than {MaxLength} characters.";
        if (Text is { Length: > MaxLength }) return $"text is longer than {MaxLength} characters.";
        if (Backfill is < 0 or > 10_000) return "backfill is outside 0 to 10,000.";
        return Instant(From) is null && From is not null || Instant(Until) is null && Until is not null ? "from or until is no time in milliseconds since 1970." : null;
    }

    /// <summary>The filter, for a reader who may read these worlds.</summary>
    public LiveFilter ToFilter(IReadOnlySet<string>? readableWorlds) => new()
    {
        ReadableWorlds = readableWorlds,
        Types = Set(Types),
        Worlds = Set(Worlds),
        Strategies = Set(Strategies),
        Tags = Set(Tags),
        Sources = Set(Sources),
        Key = Key,
        Text = Text,
        From = Instant(From),
        Until = Instant(Until),
    };

    /// <summary>The same as parameters of an address.</summary>
    public IEnumerable<(string Name, string? Value)> ToQuery() =>
    [
        ("types", Join(Types)), ("worlds", Join(Worlds)), ("strategies", Join(Strategies)), ("tags", Join(Tags)), ("sources", Join(Sources)),
        ("key", Key), ("text", Text), ("from", From?.ToString(CultureInfo.InvariantCulture)), ("until", Until?.ToString(CultureInfo.InvariantCulture)),
    ];

    private static string? Join(IReadOnlyList<string>? values) => values is { Count: > 0 } ? string.Join(',', values) : null;

    private static FrozenSet<string> Set(IReadOnlyList<string>? values) => values is null ? FrozenSet<string>.Empty : values.ToFrozenSet(StringComparer.Ordinal);

    private static DateTimeOffset? Instant(long? milliseconds) =>
        milliseconds is { } value && value >= 0 && value < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
