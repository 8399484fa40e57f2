using System.Globalization;

namespace Qmtl.ControlBus.Ordering;

/// <summary>A place in a source that can be compared: <c>partition:offset</c> of Kafka, <c>milliseconds-number</c> of a Redis stream.</summary>
/// <param name="Lane">Places of different lanes have no order: Kafka's partition.</param>
internal readonly record struct Position(string Lane, long Major, long Minor)
{
    public static Position? Parse(string? text)
    {
        if (text is null) return null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && Whole(text.AsSpan(colon + 1)) is { } offset) return new(text[..colon], offset, 0);
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && Whole(text.AsSpan(0, dash)) is { } time && Whole(text.AsSpan(dash + 1)) is { } number ? new("", time, number) : null;
    }

    private static long? Whole(ReadOnlySpan<char> text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : null;
}
