namespace Qmtl.Console.Security.Sessions;

/// <summary>Whether a session still stands, and how it is kept and ended. For circuits, hubs and the modes of sign-in.</summary>
public interface ISessionLiveness
{
    /// <summary>From memory, without waiting. Also true for the session that everybody without a cookie shares in mode Open.</summary>
    bool Stands(string sessionId);

    /// <summary>Why a session does not stand, for people; null while it does.</summary>
    string? WhyEnded(string sessionId);

    /// <summary>A page saw pointer or key input. Stored at most once a minute.</summary>
    Task ReportInputAsync(string sessionId, CancellationToken cancellation);

    /// <summary>
    /// Renews the lease, and takes over role and scopes when the identity provider says others than before. Does nothing for a session that has ended.
    /// </summary>
    Task RenewLeaseAsync(string sessionId, DateTimeOffset until, string? role, IReadOnlyList<string> scopes, CancellationToken cancellation);

    /// <summary>Ends a session at once, on this console before it returns, on others when they read the store again. Twice is once.</summary>
    Task EndAsync(string sessionId, SessionEndCause cause, CancellationToken cancellation);

    /// <summary>Raised once for each session that ended, whoever ended it.</summary>
    event Action<SessionEnd> Ended;

    /// <summary>Raised with the session's id when what it may do has changed; with an empty id when that may hold for all.</summary>
    event Action<string> RightsChanged;
}

/// <summary>Begins and lists sessions.</summary>
public interface ISessions : ISessionLiveness
{
    /// <summary>Begins a session; the token goes into the cookie and is kept nowhere.</summary>
    /// <exception cref="SessionsFullException">There are as many sessions as are allowed.</exception>
    Task<(Session Session, string Token)> BeginAsync(NewSession session, CancellationToken cancellation);

    /// <summary>
    /// The session of an id that the caller derives itself, begun when there is none that stands: for identities that arrive with each request.
    /// </summary>
    Task<Session> EnsureAsync(string sessionId, NewSession session, CancellationToken cancellation);

    /// <summary>The session that a token opens, or null. Also finds one that another console began a moment ago.</summary>
    ValueTask<Session?> FindByTokenAsync(string token, CancellationToken cancellation);

    /// <summary>The session of an id, while it stands.</summary>
    Session? Find(string sessionId);

    /// <summary>Sessions of a user that stand, the one used last first.</summary>
    IReadOnlyList<Session> OfUser(string userId);

    /// <summary>Ends all sessions of a user but one.</summary>
    Task EndAllAsync(string userId, string? except, SessionEndCause cause, CancellationToken cancellation);
}

/// <summary>No further session can begin.</summary>
public sealed class SessionsFullException(string message) : Exception(message);
