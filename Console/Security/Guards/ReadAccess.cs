using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Guards;

/// <summary>Asks, for whoever is behind this circuit or request, what may be read. The guards of the services are made with it.</summary>
public sealed class ReadAccess(ICurrentCaller current, IAuthorizer authorizer)
{
    public Caller Caller => current.Caller;

    /// <summary>Where a permission is held.</summary>
    /// <param name="target">What is to be read, for the audit.</param>
    /// <exception cref="PermissionDeniedException">Nowhere. Nothing was read.</exception>
    public async ValueTask<Visible> RequireAsync(string permission, string target, CancellationToken cancellation)
    {
        var caller = current.Caller;
        var scopes = authorizer.ScopesOf(caller, permission);
        if (scopes is { Count: > 0 }) return new(scopes);
        await authorizer.RequireAsync(caller, permission, null, target, cancellation);
        // Granted a moment later than it was asked: nothing is hidden from somebody who holds it everywhere.
        return scopes is null ? Visible.Everything : new(scopes);
    }

    /// <summary>The same where there is no time to write a denial to the audit: nowhere is nothing.</summary>
    public Visible Of(string permission)
    {
        var scopes = authorizer.ScopesOf(current.Caller, permission);
        return scopes is null ? Visible.Everything : new(scopes);
    }

    /// <exception cref="PermissionDeniedException">Not held there. Nothing was read.</exception>
    public ValueTask RequireInAsync(string permission, string? scope, string target, CancellationToken cancellation) =>
        authorizer.RequireAsync(current.Caller, permission, scope, target, cancellation);

    /// <summary>Whether the permission is held at all, and why not. Writes nothing.</summary>
    public AccessDecision Somewhere(string permission)
    {
        var caller = current.Caller;
        return authorizer.ScopesOf(caller, permission) is { Count: > 0 } ? AccessDecision.Yes : authorizer.Decide(caller, permission);
    }
}

/// <summary>What of a kind of things somebody may see.</summary>
/// <param name="scopes">Scopes; null is everything, empty nothing.</param>
public readonly struct Visible(IReadOnlySet<string>? scopes)
{
    public static Visible Everything { get; } = new(null);

    public bool IsEverything => scopes is null;

    /// <summary>A thing of a world. One whose world nobody knows is seen only by those who see everything.</summary>
    public bool World(string? worldId) => scopes is null || (worldId is not null && scopes.Contains(Scopes.World(worldId)));

    public bool Queue(string queue) => scopes is null || scopes.Contains(Scopes.Queue(queue));

    /// <summary>Of several worlds those that are seen.</summary>
    public IReadOnlyList<string> Worlds(IReadOnlyList<string> worldIds)
    {
        if (scopes is null) return worldIds;
        var here = this;
        return [.. worldIds.Where(here.World)];
    }

    /// <summary>Text that is equal for those who see the same: a key for what is kept per view.</summary>
    public string Signature => scopes is null ? "*" : string.Join(' ', scopes.Order(StringComparer.Ordinal));
}
