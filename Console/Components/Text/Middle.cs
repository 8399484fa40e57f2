namespace Qmtl.Console.Components.Text;

/// <summary>Shortens text in the middle, where ids differ least.</summary>
public static class Middle
{
    /// <summary>At most <paramref name="length"/> characters, with an ellipsis in place of the middle. A prefix such as <c>blake3:</c> stays whole.</summary>
    public static string Cut(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (length < 5 || text.Length <= length) return text;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var prefix = colon is > 0 and < 10 && length - colon >= 8 ? colon + 1 : 0;
        var rest = length - prefix - 1;
        var tail = rest / 2;
        var head = rest - tail;
        return string.Concat(text.AsSpan(0, prefix + head), "…", text.AsSpan(text.Length - tail));
    }
}
