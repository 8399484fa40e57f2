using Qmtl.Console.Security;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Unit.Console.Security;

/// <summary>Grants everything unless told otherwise, and remembers what was asked.</summary>
internal sealed class TestAuthorizer : IAuthorizer
{
    /// <summary>Where a permission is held: null everywhere, empty nowhere. Not among them: everywhere.</summary>
    public Dictionary<string, IReadOnlySet<string>?> Held { get; } = [];

    /// <summary>Nothing is granted anywhere.</summary>
    public bool DeniesAll { get; init; }

    /// <summary>What <see cref="RequireAsync"/> was asked, with the scope.</summary>
    public List<(string Permission, string? Scope)> Asked { get; } = [];

    public static TestAuthorizer NarrowedTo(params string[] scopes)
    {
        var authorizer = new TestAuthorizer();
        foreach (var permission in Permissions.All) authorizer.Held[permission] = Permissions.HeldIn(permission, scopes);
        return authorizer;
    }

    public AccessDecision Decide(Caller caller, string permission, string? scope = null) =>
        ScopesOf(caller, permission) is not { } scopes || (scope is not null && scopes.Contains(scope)) ? AccessDecision.Yes : AccessDecision.No($"No {permission}.");

    public IReadOnlySet<string>? ScopesOf(Caller caller, string permission) => DeniesAll ? new HashSet<string>() : Held.GetValueOrDefault(permission);

    public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation)
    {
        Asked.Add((permission, scope));
        return Decide(caller, permission, scope) is { Allowed: false, Reason: var reason } ? throw new PermissionDeniedException(permission, scope, reason) : ValueTask.CompletedTask;
    }
}

internal sealed class TestCaller(IAuthorizer? authorizer = null) : ICurrentCaller
{
    public Caller Caller { get; init; } = new() { UserId = "test:ada", Name = "Ada", Kind = CallerKind.Person, SessionId = "s" };

    public event Action Changed
    {
        add { }
        remove { }
    }

    public AccessDecision May(string permission, string? scope = null) => authorizer?.Decide(Caller, permission, scope) ?? AccessDecision.Yes;
}
