namespace Qmtl.Shared.Rail;

/// <summary>Says whether a caller may do something. Asked by services, never decided by pages.</summary>
public interface IAuthorizer
{
    /// <summary>
    /// Decides from memory, without waiting; takes at most a microsecond. Also asks whether the caller's session or key still stands.
    /// </summary>
    /// <param name="permission">One of <see cref="Permissions"/>.</param>
    /// <param name="scope">For instance <c>world:crypto</c>; null asks for the permission everywhere.</param>
    AccessDecision Decide(Caller caller, string permission, string? scope = null);

    /// <summary>As <see cref="Decide"/> for an emergency stop or an abort: the read-only switch does not stop it.</summary>
    AccessDecision DecideEmergency(Caller caller, string permission, string? scope = null) => Decide(caller, permission, scope);

    /// <summary>
    /// Whether what a caller began may go on, though the session that it was begun in may have ended since. Not once the caller's account is disabled
    /// or holds the permission no longer, or the caller's key is revoked or expired. Decides from memory; the read-only switch is not asked.
    /// </summary>
    AccessDecision DecideGoingOn(Caller caller, string permission, string? scope = null) => DecideEmergency(caller, permission, scope);

    /// <summary>Where a caller holds a permission: null everywhere, empty nowhere, else the scopes, for instance <c>world:crypto</c>.</summary>
    IReadOnlySet<string>? ScopesOf(Caller caller, string permission);

    /// <summary>Returns when the permission is granted. A denial is written to the audit.</summary>
    /// <param name="target">What the caller wanted to do it to, for the audit.</param>
    /// <exception cref="PermissionDeniedException">Not granted. Nothing happened.</exception>
    ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation);

    /// <summary>As <see cref="RequireAsync"/>, decided by <see cref="DecideEmergency"/>.</summary>
    /// <exception cref="PermissionDeniedException">Not granted. Nothing happened.</exception>
    ValueTask RequireEmergencyAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation) =>
        RequireAsync(caller, permission, scope, target, cancellation);
}

/// <summary>Whether something is allowed.</summary>
/// <param name="Reason">Why not, for people, with what would change it; empty when allowed.</param>
public readonly record struct AccessDecision(bool Allowed, string Reason)
{
    public static AccessDecision Yes { get; } = new(true, "");

    public static AccessDecision No(string reason) => new(false, reason);
}

/// <summary>The caller may not do this. Nothing happened.</summary>
public sealed class PermissionDeniedException(string permission, string? scope, string reason) : Exception(reason)
{
    public string Permission { get; } = permission;

    public string? Scope { get; } = scope;
}
