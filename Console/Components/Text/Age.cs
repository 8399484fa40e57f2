using System.Globalization;

namespace Qmtl.Console.Components.Text;

/// <summary>Words for ages and times. wwwroot/js/shell.js says the same words as time passes; keep the two alike.</summary>
public static class Age
{
    /// <summary>For instance <c>12 s ago</c>, <c>3 min ago</c>, <c>5 h ago</c>, <c>2 d ago</c>; <c>in 3 min</c> for the future.</summary>
    public static string Of(DateTimeOffset moment, DateTimeOffset now)
    {
        var seconds = (now - moment).TotalSeconds;
        var words = Words(Math.Abs(seconds));
        return seconds <= -2 ? $"in {words}" : seconds < 1 ? "now" : $"{words} ago";
    }

    /// <summary>
    /// The same for what has happened already: a moment slightly ahead is another clock's, <c>just now</c>; one further ahead says so, for instance
    /// <c>just now (clock 12 s ahead)</c>.
    /// </summary>
    public static string OfPast(DateTimeOffset moment, DateTimeOffset now)
    {
        var seconds = (now - moment).TotalSeconds;
        return seconds >= 1 ? $"{Words(seconds)} ago" : seconds > -5 ? "just now" : $"just now (clock {Words(-seconds)} ahead)";
    }

    /// <summary>What is left until a moment: <c>23 h 12 min</c>, <c>14 min 05 s</c>, <c>9 s</c>; <c>closed</c> once it has passed.</summary>
    public static string Left(DateTimeOffset moment, DateTimeOffset now)
    {
        var seconds = (long)Math.Ceiling((moment - now).TotalSeconds);
        return seconds switch
        {
            <= 0 => "closed",
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds} s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60} min {seconds % 60:00} s"),
            < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600} h {seconds / 60 % 60:00} min"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400} d {seconds / 3600 % 24} h"),
        };
    }

    /// <summary>UTC, for instance <c>2026-03-01 07:15:02</c>.</summary>
    public static string Utc(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>For the <c>datetime</c> attribute.</summary>
    public static string Iso(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A duration with one unit, for instance <c>3.2 ms</c>, <c>840 ms</c>, <c>2.1 s</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        var milliseconds = duration.TotalMilliseconds;
        return milliseconds switch
        {
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.##} ms"),
            < 10 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms"),
            < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
            < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.#} s"),
            _ => Words(duration.TotalSeconds),
        };
    }

    private static string Words(double seconds) => seconds switch
    {
        < 60 => Whole(seconds, "s"),
        < 3600 => Whole(seconds / 60, "min"),
        < 86_400 => Whole(seconds / 3600, "h"),
        _ => Whole(seconds / 86_400, "d"),
    };

    private static string Whole(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit}");
}
