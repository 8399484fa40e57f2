namespace Qmtl.Console.Security.Edge;

/// <summary>Keeps redirects on this console: a link must not lead somebody who signs in here to another site.</summary>
public static class LocalUrl
{
    private const int MaxLength = 2048;

    /// <summary>
    /// Whether the text is a path of this console, with or without query and fragment. Not local: anything with scheme or host, <c>//host</c> and
    /// <c>/\host</c> (browsers read both as another host), and texts with control characters (browsers drop them, and see another text than we do).
    /// </summary>
    public static bool IsLocal(string? url) =>
        url is { Length: > 0 and <= MaxLength }
        && url[0] == '/'
        && (url.Length == 1 || url[1] is not ('/' or '\\'))
        && !url.Any(character => char.IsControl(character) || character == '\\');

    /// <summary>The text when it is local, else the start page.</summary>
    public static string OrHome(string? url) => IsLocal(url) ? url! : "/";
}
