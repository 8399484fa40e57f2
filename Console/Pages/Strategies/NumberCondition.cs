using System.Globalization;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>A condition on a number, as a filter token writes it: <c>&gt;50</c>, <c>&gt;=50</c>, <c>&lt;10</c>, <c>&lt;=10</c>, <c>12</c>, <c>10..50</c> (both ends included).</summary>
public readonly record struct NumberCondition(double Least, bool LeastIncluded, double Most, bool MostIncluded)
{
    public bool Fits(double value) =>
        (LeastIncluded ? value >= Least : value > Least) && (MostIncluded ? value <= Most : value < Most);

    /// <summary>Reads a condition on a count.</summary>
    public static bool TryReadCount(string text, out NumberCondition condition) => TryRead(text, ReadCount, out condition);

    /// <summary>Reads a condition on an age; a number has a unit: <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c> or <c>w</c>. The values are seconds.</summary>
    public static bool TryReadAge(string text, out NumberCondition condition) => TryRead(text, ReadAge, out condition);

    private static bool TryRead(string text, Func<string, double?> read, out NumberCondition condition)
    {
        condition = default;
        text = text.Trim();
        if (text.Split("..") is [var from, var to])
        {
            if (read(from) is not { } least || read(to) is not { } most)
            {
                return false;
            }

            condition = new(least, true, most, true);
            return true;
        }

        var sign = text.StartsWith(">=", StringComparison.Ordinal) || text.StartsWith("<=", StringComparison.Ordinal) ? 2 : text is ['>' or '<', ..] ? 1 : 0;
        if (read(text[sign..]) is not { } value)
        {
            return false;
        }

        condition = text[..sign] switch
        {
            ">" => new(value, false, double.PositiveInfinity, true),
            ">=" => new(value, true, double.PositiveInfinity, true),
            "<" => new(double.NegativeInfinity, true, value, false),
            "<=" => new(double.NegativeInfinity, true, value, true),
            _ => new(value, true, value, true),
        };
        return true;
    }

    private static double? ReadCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static double? ReadAge(string text)
    {
        double unit = text is [.., var last]
            ? char.ToLowerInvariant(last) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 }
            : 0;
        return unit > 0 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number * unit : null;
    }
}
