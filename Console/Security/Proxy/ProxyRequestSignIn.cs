using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Security.Proxy;

/// <summary>
/// Mode Proxy: each request says in headers who sends it. The edge has asked before whether the peer is the proxy. A session is one user in one browser;
/// each of its requests renews its lease and takes over the groups that the proxy says now.
/// </summary>
public sealed class ProxyRequestSignIn(ProxyOptions options, ISessions sessions, TimeProvider time) : IRequestSignIn
{
    /// <summary>How long a session keeps its powers without a request of its user.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>Tells browsers of one user apart; it proves nothing.</summary>
    public const string BrowserCookie = "__Host-qmtl-browser";

    private const int MaxIdentity = 256;
    private const string NoRole = "none";

    /// <summary>A lease is stored again when this much of it is gone, so that not every request writes.</summary>
    private static readonly TimeSpan StoredAfter = TimeSpan.FromSeconds(10);

    public async ValueTask<RequestSession?> FindAsync(HttpContext http, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (Text(http, options.IdentityHeader) is not { } identity) return null;
        var name = options.NameHeader is { } header && Text(http, header) is { } given ? given : identity;
        var groups = http.Request.Headers[options.GroupsHeader].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var role = options.Roles.RoleOf(groups) ?? NoRole;
        var scopes = options.Roles.ScopesOf(groups);
        var userId = "proxy:" + identity;
        var sessionId = Secrets.Hash($"proxy\n{identity}\n{Browser(http)}");
        var until = time.GetUtcNow() + Lease;
        if (sessions.Find(sessionId) is not { } session)
        {
            var client = SignInClient.Of(http);
            session = await sessions.EnsureAsync(sessionId, new NewSession(userId, name, role, scopes) { LeaseUntil = until, Address = client.Address, Client = client.Client }, cancellation);
        }

        if (session.LeaseUntil is not { } lease || until - lease > StoredAfter || session.Role != role || !session.Scopes.SequenceEqual(scopes))
        {
            await sessions.RenewLeaseAsync(sessionId, until, role, scopes, cancellation);
        }

        return new(sessionId, userId, name);
    }

    private static string Browser(HttpContext http)
    {
        if (http.Request.Cookies[BrowserCookie] is { Length: 43 } known) return known;
        // Programs keep no cookies: theirs is one session together, not one for each request.
        if (!HttpMethods.IsGet(http.Request.Method) || http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) is false) return "";
        var token = Secrets.NewToken();
        http.Response.Cookies.Append(BrowserCookie, token, new CookieOptions { Path = "/", HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, IsEssential = true });
        return token;
    }

    private static string? Text(HttpContext http, string header) =>
        http.Request.Headers[header] is { Count: 1 } values && values[0]?.Trim() is { Length: > 0 and <= MaxIdentity } text && !text.Any(char.IsControl) ? text : null;
}
