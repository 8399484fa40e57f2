using Qmtl.Console.Security.Sessions;

namespace Qmtl.Console.Security.SignIn;

/// <summary>
/// A mode of sign-in in which a request itself says who sends it, without a cookie of ours. Asked when a request carries neither a key nor the cookie
/// of a session that stands.
/// </summary>
public interface IRequestSignIn
{
    /// <summary>The session that the request belongs to, or null when it names nobody.</summary>
    ValueTask<RequestSession?> FindAsync(HttpContext http, CancellationToken cancellation);
}

/// <summary>Whom a request belongs to.</summary>
public sealed record RequestSession(string SessionId, string UserId, string Name)
{
    public static RequestSession Of(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new(session.Id, session.UserId, session.Name);
    }
}

/// <summary>Mode Open: whoever comes without a cookie is the demo operator.</summary>
public sealed class OpenRequestSignIn : IRequestSignIn
{
    private static readonly RequestSession Shared = new(OpenUsers.SharedSessionId, OpenUsers.Default.UserId, OpenUsers.Default.Name);

    public ValueTask<RequestSession?> FindAsync(HttpContext http, CancellationToken cancellation) => new(Shared);
}
