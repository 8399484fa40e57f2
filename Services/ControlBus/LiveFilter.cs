using System.Collections.Frozen;
using System.Text;

namespace Qmtl.ControlBus;

/// <summary>Which events a reader wants and may see. Every condition must hold; an empty list is no condition.</summary>
public sealed record LiveFilter
{
    public static LiveFilter Everything { get; } = new();

    /// <summary>Worlds that the reader may see; null: all, and events that name no world.</summary>
    public IReadOnlySet<string>? ReadableWorlds { get; init; }

    public IReadOnlySet<string> Types { get; init; } = FrozenSet<string>.Empty;

    public IReadOnlySet<string> Worlds { get; init; } = FrozenSet<string>.Empty;

    public IReadOnlySet<string> Strategies { get; init; } = FrozenSet<string>.Empty;

    public IReadOnlySet<string> Tags { get; init; } = FrozenSet<string>.Empty;

    public IReadOnlySet<string> Sources { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Exactly this key; null: any.</summary>
    public string? Key { get; init; }

    /// <summary>Anywhere in type, key or payload, without regard to ASCII case; null: any.</summary>
    public string? Text { get; init; }

    /// <summary>Received at or after; null: any.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before; null: any.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether an event that names this world, or none, may be read at all.</summary>
    public bool MayRead(string? worldId) => ReadableWorlds is null || (worldId is not null && ReadableWorlds.Contains(worldId));

    public bool Matches(JournalledEvent journalled)
    {
        ArgumentNullException.ThrowIfNull(journalled);
        var each = journalled.Event;
        return MayRead(each.WorldId)
            && (Types.Count == 0 || Types.Contains(each.Type))
            && (Worlds.Count == 0 || (each.WorldId is { } world && Worlds.Contains(world)))
            && (Strategies.Count == 0 || (each.StrategyId is { } strategy && Strategies.Contains(strategy)))
            && (Sources.Count == 0 || Sources.Contains(each.Source) || journalled.AlsoVia.Any(Sources.Contains))
            && (Tags.Count == 0 || each.Tags.Any(Tags.Contains))
            && (Key is null || each.Key == Key)
            && (From is null || each.ReceivedAt >= From)
            && (Until is null || each.ReceivedAt < Until)
            && (string.IsNullOrEmpty(Text) || HasText(journalled));
    }

    private bool HasText(JournalledEvent journalled) =>
        journalled.Event.Type.Contains(Text!, StringComparison.OrdinalIgnoreCase)
        || journalled.Event.Key.Contains(Text!, StringComparison.OrdinalIgnoreCase)
        || Contains(journalled.Event.Data.Span, Text!);

    private static bool Contains(ReadOnlySpan<byte> data, string text)
    {
        Span<byte> wanted = stackalloc byte[Math.Min(Encoding.UTF8.GetMaxByteCount(text.Length), 1024)];
        if (!Encoding.UTF8.TryGetBytes(text, wanted, out var length)) return false;
        wanted = wanted[..length];
        for (var at = 0; at + length <= data.Length; at++)
        {
            if (Ascii.EqualsIgnoreCase(data.Slice(at, length), wanted)) return true;
            // Not ASCII is compared byte for byte.
            if (data.Slice(at, length).SequenceEqual(wanted)) return true;
        }

        return false;
    }
}
