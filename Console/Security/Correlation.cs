using System.Diagnostics;

namespace Qmtl.Console.Security;

/// <summary>Correlation ids: given by the client where they are fit to be recorded, else made.</summary>
public static class Correlation
{
    public const string Header = "X-Correlation-ID";

    public static string Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var given = request.Headers[Header];
        return given.Count == 1 && given[0] is { Length: > 0 and <= 64 } id && IsFit(id) ? id : New();
    }

    public static string New() => ActivityTraceId.CreateRandom().ToHexString();

    private static bool IsFit(string id) => id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
}
