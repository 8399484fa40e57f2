using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations;

/// <summary>Asks for permissions, with what the rail adds: emergencies stay possible while the console is read-only.</summary>
internal sealed class RailGuard(IAuthorizer authorizer)
{
    /// <exception cref="PermissionDeniedException">Not granted; recorded.</exception>
    public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation) =>
        authorizer.RequireAsync(caller, permission, scope, target, cancellation);

    /// <summary>The permission of the plan's own operation, where it is about.</summary>
    public ValueTask RequireAsync(Caller caller, Plan plan, CancellationToken cancellation) =>
        RequireAsync(caller, plan.Permission, plan.Danger, plan.Content.Scope, plan.Content.Target, cancellation);

    public ValueTask RequireAsync(Caller caller, string permission, OperationDanger danger, string? scope, string target, CancellationToken cancellation) =>
        danger == OperationDanger.Emergency
            ? authorizer.RequireEmergencyAsync(caller, permission, scope, target, cancellation)
            : authorizer.RequireAsync(caller, permission, scope, target, cancellation);

    /// <summary>The permission of the plan's own operation, to end or pause what it does: that only makes less happen, so the read-only switch does not stop it.</summary>
    public ValueTask RequireToHaltAsync(Caller caller, Plan plan, CancellationToken cancellation) =>
        authorizer.RequireEmergencyAsync(caller, plan.Permission, plan.Content.Scope, plan.Content.Target, cancellation);

    /// <summary>Whether whoever carries a plan out may still do so.</summary>
    public AccessDecision DecideGoingOn(Caller caller, Plan plan) => authorizer.DecideGoingOn(caller, plan.Permission, plan.Content.Scope);

    public AccessDecision Decide(Caller caller, Plan plan) =>
        plan.Danger == OperationDanger.Emergency
            ? authorizer.DecideEmergency(caller, plan.Permission, plan.Content.Scope)
            : authorizer.Decide(caller, plan.Permission, plan.Content.Scope);

    public AccessDecision Decide(Caller caller, string permission) => authorizer.Decide(caller, permission);

    /// <summary>Whether a caller holds a permission somewhere; false: not worth looking where.</summary>
    public bool HoldsAnywhere(Caller caller, string permission) => authorizer.ScopesOf(caller, permission) is not { Count: 0 };

    /// <summary>Whether somebody who may read plans may read one about this scope: only those who may read what it is about.</summary>
    public bool MaySee(Caller caller, string? scope) => scope is null || (Scopes.KindOf(scope) switch
    {
        ScopeKind.World => Permissions.WorldsRead,
        ScopeKind.Tenant => Permissions.DeadLettersRead,
        ScopeKind.Queue => Permissions.QueuesRead,
        _ => null,
    }) is not { } permission || authorizer.Decide(caller, permission, scope).Allowed;
}
