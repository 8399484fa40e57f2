using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>
/// Decides from memory: does the session or key stand, does its role hold the permission, and where, and is the console read-only.
/// </summary>
internal sealed class ConsoleAuthorizer(
    AccessDirectory directory,
    ISessionLiveness sessions,
    SignInOptions options,
    TimeProvider time,
    AuditAfterwards denials,
    IReadOnlySwitch readOnly) : IAuthorizer
{
    private static readonly Rights SharedInOpen = Rights.Of(Roles.Find(OpenUsers.Default.Role)!, []);

    public AccessDecision Decide(Caller caller, string permission, string? scope = null) => Decide(caller, permission, scope, emergency: false);

    public AccessDecision DecideEmergency(Caller caller, string permission, string? scope = null) => Decide(caller, permission, scope, emergency: true);

    public AccessDecision DecideGoingOn(Caller caller, string permission, string? scope = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.Kind is not (CallerKind.Person or CallerKind.ApiKey)) return DecideEmergency(caller, permission, scope);
        var key = caller.Kind == CallerKind.ApiKey ? directory.Find(caller.SessionId)?.Key : null;
        if (caller.Kind == CallerKind.ApiKey && (key is null || key.ExpiresAt <= time.GetUtcNow())) return AccessDecision.No("The key is revoked or expired.");
        var (isKnown, rights) = directory.OfUser(caller.UserId);
        if (!isKnown) return AccessDecision.Yes;
        if (rights is null) return AccessDecision.No("The account is disabled or gone.");
        if (key is not null) rights = rights.NarrowedTo(key.Permissions, key.Scopes);
        if (!rights.Has(permission, out var scopes)) return AccessDecision.No($"It needs {permission}, which the role {rights.Role}{(key is null ? "" : " and the key")} do{(key is null ? "es" : "")} not give.");
        return scopes is null || (scope is not null && scopes.Contains(scope)) ? AccessDecision.Yes : AccessDecision.No($"It needs {permission}{(scope is null ? " everywhere" : $" for {scope}")}, held for {string.Join(", ", scopes.Order(StringComparer.Ordinal))} only.");
    }

    public IReadOnlySet<string>? ScopesOf(Caller caller, string permission)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (RightsOf(caller) is { } rights && rights.Has(permission, out var scopes)) return scopes;
        return System.Collections.Frozen.FrozenSet<string>.Empty;
    }

    public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation)
    {
        var decision = Decide(caller, permission, scope);
        return decision.Allowed ? ValueTask.CompletedTask : DenyAsync(caller, permission, scope, target, decision.Reason, cancellation);
    }

    public ValueTask RequireEmergencyAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation)
    {
        var decision = DecideEmergency(caller, permission, scope);
        return decision.Allowed ? ValueTask.CompletedTask : DenyAsync(caller, permission, scope, target, decision.Reason, cancellation);
    }

    private AccessDecision Decide(Caller caller, string permission, string? scope, bool emergency)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(permission);
        if (RightsOf(caller) is not { } rights) return AccessDecision.No(WhyNobody(caller));
        if (!rights.Has(permission, out var scopes)) return AccessDecision.No(AccessWords.Missing(permission, rights, caller));
        if (scopes is not null && (scope is null || !scopes.Contains(scope))) return AccessDecision.No(AccessWords.Elsewhere(permission, scope, scopes));
        if (!emergency && readOnly.IsOn && !Permissions.StaysWhileReadOnly(permission))
        {
            return AccessDecision.No(AccessWords.ReadOnly(readOnly));
        }

        return AccessDecision.Yes;
    }

    /// <summary>Null when the caller's session or key does not stand.</summary>
    private Rights? RightsOf(Caller caller)
    {
        switch (caller.Kind)
        {
            case CallerKind.Person or CallerKind.ApiKey:
                if (directory.Find(caller.SessionId) is { } standing)
                {
                    var sameKind = standing.Key is null == (caller.Kind == CallerKind.Person);
                    return sameKind && standing.UserId == caller.UserId && standing.StandsAt(time.GetUtcNow().UtcTicks) ? standing.Rights : null;
                }

                return options.Mode == SignInMode.Open && caller is { SessionId: OpenUsers.SharedSessionId, Kind: CallerKind.Person } && caller.UserId == OpenUsers.Default.UserId
                    ? SharedInOpen
                    : null;

            case CallerKind.CommandLine:
                // Who can start the program with this console's settings can do everything; the rail still asks for a second person.
                return options.IsCommandLine ? CommandLineRights : null;

            case CallerKind.Console:
                return ReferenceEquals(caller, Caller.Console) || caller.UserId == Caller.Console.UserId ? ConsoleRights : null;

            default:
                return null;
        }
    }

    private static Rights CommandLineRights { get; } = Rights.Of(Roles.Find(Roles.Administrator)!, []);

    /// <summary>The process itself reads, and ends what has run out; it changes no system.</summary>
    private static Rights ConsoleRights { get; } = CommandLineRights.NarrowedTo([.. Permissions.All.Where(Permissions.IsRead), Permissions.JobsControl], []);

    private string WhyNobody(Caller caller) => caller.Kind switch
    {
        CallerKind.Person when caller.SessionId.Length == 0 => "You are not signed in.",
        CallerKind.Person => sessions.WhyEnded(caller.SessionId) ?? "This session belongs to somebody else. Sign in again.",
        CallerKind.ApiKey => "The key is unknown, revoked or expired, or its owner has no rights now. Make another on the page /account.",
        CallerKind.CommandLine => "This console was started as a server: nobody acts in it as the command line.",
        _ => "The console does not know who asks.",
    };

    private async ValueTask DenyAsync(Caller caller, string permission, string? scope, string target, string reason, CancellationToken cancellation)
    {
        var record = AuditRecord.Of(caller, time.GetUtcNow(), AuditPhase.Denied, "access.denied", target, "denied") with { Permission = permission, Scope = scope, Detail = reason };
        await denials.RecordAsync(record, cancellation);
        throw new PermissionDeniedException(permission, scope, reason);
    }
}
