using System.Collections.Concurrent;
using System.Collections.Frozen;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Sessions;

/// <summary>What somebody may do: where each permission is held. Immutable.</summary>
internal sealed class Rights
{
    private readonly FrozenDictionary<string, FrozenSet<string>> _held;

    private Rights(string role, IReadOnlyList<string> scopes, FrozenDictionary<string, FrozenSet<string>> held, FrozenSet<string> named)
    {
        Role = role;
        Scopes = scopes;
        _held = held;
        Named = named;
    }

    /// <summary>Stands for "everywhere" among the values, for a dictionary that has null as value cannot tell it from "not held" in one look.</summary>
    private static FrozenSet<string> Everywhere { get; } = new[] { "*" }.ToFrozenSet();

    /// <summary>The role that they come from.</summary>
    public string Role { get; }

    /// <summary>Scopes that they are narrowed to; empty: everywhere.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>Permissions that a key names; empty where it names none, and for people.</summary>
    public FrozenSet<string> Named { get; }

    /// <summary>Rights of a role narrowed to scopes.</summary>
    public static Rights Of(Role role, IReadOnlyList<string> scopes)
    {
        var held = role.Permissions
            .Select(permission => (permission, scopes: Permissions.HeldIn(permission, scopes)))
            .Where(pair => pair.scopes is not { Count: 0 })
            .ToFrozenDictionary(pair => pair.permission, pair => pair.scopes?.ToFrozenSet(StringComparer.Ordinal) ?? Everywhere, StringComparer.Ordinal);
        return new(role.Name, scopes, held, FrozenSet<string>.Empty);
    }

    /// <summary>Rights of nobody: a role that does not exist.</summary>
    public static Rights None(string role) => new(role, [], FrozenDictionary<string, FrozenSet<string>>.Empty, FrozenSet<string>.Empty);

    /// <summary>The part of these rights that a key is narrowed to: never more than its owner has now.</summary>
    public Rights NarrowedTo(IReadOnlyList<string> permissions, IReadOnlyList<string> scopes)
    {
        var held = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal);
        foreach (var (permission, where) in _held)
        {
            if (permissions.Count > 0 && !permissions.Contains(permission, StringComparer.Ordinal)) continue;
            var key = Permissions.HeldIn(permission, scopes);
            var both = key is null ? where : ReferenceEquals(where, Everywhere) ? key.ToFrozenSet(StringComparer.Ordinal) : where.Intersect(key).ToFrozenSet(StringComparer.Ordinal);
            if (both.Count > 0) held[permission] = both;
        }

        return new(Role, scopes.Count > 0 ? scopes : Scopes, held.ToFrozenDictionary(StringComparer.Ordinal), permissions.ToFrozenSet(StringComparer.Ordinal));
    }

    /// <summary>Whether a permission is held at all, and in which scopes; null is everywhere.</summary>
    public bool Has(string permission, out IReadOnlySet<string>? scopes)
    {
        var has = _held.TryGetValue(permission, out var where);
        scopes = has && !ReferenceEquals(where, Everywhere) ? where : null;
        return has;
    }
}

/// <summary>Rights by role and scopes, made once each.</summary>
internal sealed class RightsCache
{
    // Bound: beyond it rights are made anew each time, which is slower and nothing else.
    private const int Bound = 1_000;
    private readonly ConcurrentDictionary<string, Rights> _made = new(StringComparer.Ordinal);

    public Rights Of(string role, IReadOnlyList<string> scopes)
    {
        if (Roles.Find(role) is not { } known) return Rights.None(role);
        var key = scopes.Count == 0 ? role : string.Join('\n', scopes.Order(StringComparer.Ordinal).Prepend(role));
        if (_made.TryGetValue(key, out var rights)) return rights;
        rights = Rights.Of(known, scopes);
        if (_made.Count < Bound) _made[key] = rights;
        return rights;
    }
}
