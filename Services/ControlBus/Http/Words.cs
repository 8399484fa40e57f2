using System.Globalization;

namespace Qmtl.ControlBus.Http;

/// <summary>Words about foreign text and times, for people.</summary>
internal static class Words
{
    /// <summary>Foreign text on one line, cut to so many characters.</summary>
    public static string Short(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        var cut = text.Length > length ? text.AsSpan(0, length) : text;
        var line = new string(cut).ReplaceLineEndings(" ");
        var clean = string.Concat(line.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '�' : letter)).Trim();
        return text.Length > length ? clean + "…" : clean;
    }

    /// <summary>Names in a row, at most so many of them.</summary>
    public static string List(IReadOnlyCollection<string> names, int most)
    {
        ArgumentNullException.ThrowIfNull(names);
        var shown = string.Join(", ", names.Take(most).Select(name => Short(name, 60)));
        return names.Count > most ? string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - most} more") : shown;
    }

    /// <summary>What the innermost error says, as one sentence.</summary>
    public static string Reason(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        while (exception.InnerException is { } inner) exception = inner;
        return Short(exception.Message, 200).TrimEnd('.') + ".";
    }

    /// <summary>A stretch of time, with its days where they differ.</summary>
    public static string Span(DateTimeOffset from, DateTimeOffset to) => from.UtcDateTime.Date == to.UtcDateTime.Date
        ? string.Create(CultureInfo.InvariantCulture, $"{from:HH:mm:ss} to {to:HH:mm:ss} UTC")
        : string.Create(CultureInfo.InvariantCulture, $"{from:yyyy-MM-dd HH:mm:ss} to {to:yyyy-MM-dd HH:mm:ss} UTC");

    public static string Clock(DateTimeOffset at) => at.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
