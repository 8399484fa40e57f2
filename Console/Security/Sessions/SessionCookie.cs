namespace Qmtl.Console.Security.Sessions;

/// <summary>The cookie that holds a session's token. The cookie policy sets Secure on every cookie, on loopback http too.</summary>
public static class SessionCookie
{
    public const string Name = "__Host-qmtl-session";

    public static string? Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // A token has 43 characters; anything longer is not looked at.
        return request.Cookies[Name] is { Length: > 0 and <= 64 } token ? token : null;
    }

    /// <summary>Without an expiry: the browser forgets it when it closes, and the server ends the session by itself.</summary>
    public static void Write(HttpResponse response, string token)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.Cookies.Append(Name, token, Options());
    }

    public static void Delete(HttpResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.Cookies.Delete(Name, Options());
    }

    // Lax, not Strict: Strict would lose the session on every link from elsewhere and on the way back from an identity provider.
    private static CookieOptions Options() => new() { Path = "/", HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, IsEssential = true };
}
