using System.Globalization;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Live;

namespace Qmtl.Console.Pages.Live;

/// <summary>Parts of the page Live.</summary>
public enum LiveView
{
    Tape,
    Quarantine,
}

/// <summary>What the address of the page Live holds.</summary>
public sealed record LiveState : IUrlState<LiveState>
{
    /// <summary>Most pinned events.</summary>
    public const int MaxPins = 10;

    private const string QuarantineName = "quarantine";

    public FilterQuery Filter { get; init; } = FilterQuery.Empty;

    /// <summary>Event in the inspector; null when it is closed.</summary>
    public string? Selected { get; init; }

    /// <summary>A stretch of time instead of what comes; null: live.</summary>
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Ids of pinned events, separated by commas.</summary>
    public string? Pins { get; init; }

    /// <summary>What the page shows: the tape, or the messages that are no events.</summary>
    public LiveView View { get; init; }

    public bool IsRange => From is not null || Until is not null;

    public IReadOnlyList<string> PinnedIds => Pins?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).Take(MaxPins).ToArray() ?? [];

    public static LiveState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new()
        {
            Filter = FilterQuery.Parse(query.Text("q")),
            Selected = query.Text("event"),
            From = Time(query.Text("from")),
            Until = Time(query.Text("until")),
            Pins = query.Text("pins"),
            View = query.Text("view") == QuarantineName ? LiveView.Quarantine : LiveView.Tape,
        };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() =>
        [("q", Filter.ToString()), ("from", Text(From)), ("until", Text(Until)), ("pins", Pins), ("event", Selected), ("view", View == LiveView.Quarantine ? QuarantineName : null)];

    /// <summary>What the hub is asked for.</summary>
    public LiveRequest ToRequest() => new()
    {
        Types = [.. Filter.Values("type").Select(type => type.Replace(' ', '_'))],
        Worlds = [.. Filter.Values("world")],
        Strategies = [.. Filter.Values("strategy")],
        Tags = [.. Filter.Values("tag")],
        Sources = [.. Filter.Values("source")],
        Key = Filter.Values("key") is [var key, ..] ? key : null,
        Text = string.Join(' ', Filter.Words) is { Length: > 0 } words ? words : null,
        From = From?.ToUnixTimeMilliseconds(),
        Until = Until?.ToUnixTimeMilliseconds(),
    };

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
