using System.Globalization;

namespace Qmtl.ControlBus.Redis;

/// <summary>The id of a stream's entry: milliseconds and a number within them. Ids of a stream only grow.</summary>
internal readonly record struct StreamId(ulong Milliseconds, ulong Number) : IComparable<StreamId>
{
    /// <summary>Before every entry.</summary>
    public static StreamId Start => default;

    /// <summary>The last id before a moment.</summary>
    public static StreamId Before(DateTimeOffset moment) => new((ulong)Math.Max(0, moment.ToUnixTimeMilliseconds() - 1), ulong.MaxValue);

    public static StreamId Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return new(ulong.Parse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture), ulong.Parse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    public int CompareTo(StreamId other) => (Milliseconds, Number).CompareTo((other.Milliseconds, other.Number));

    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Number}");
}
