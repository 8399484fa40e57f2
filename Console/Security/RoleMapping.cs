using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>Which groups of an identity provider or proxy have which role here, and where.</summary>
/// <param name="GroupsOfRole">Groups by role name.</param>
/// <param name="DefaultRole">Role of a user who is in none of the groups; null: such a user may do nothing.</param>
/// <param name="ScopesOfGroup">Scopes by group; a user who is in one of these groups is narrowed to the scopes of all that he is in.</param>
public sealed record RoleMapping(
    IReadOnlyDictionary<string, IReadOnlyList<string>> GroupsOfRole,
    string? DefaultRole,
    IReadOnlyDictionary<string, IReadOnlyList<string>> ScopesOfGroup)
{
    public static RoleMapping Empty { get; } = new(new Dictionary<string, IReadOnlyList<string>>(), null, new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>The greatest role that one of the groups has; null when none has one. Groups are compared exactly.</summary>
    public string? RoleOf(IReadOnlyCollection<string> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return Roles.All.LastOrDefault(role => GroupsOfRole.TryGetValue(role.Name, out var named) && named.Any(groups.Contains))?.Name ?? DefaultRole;
    }

    /// <summary>The scopes that the groups narrow to; empty: everywhere.</summary>
    public IReadOnlyList<string> ScopesOf(IReadOnlyCollection<string> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return [.. groups.SelectMany(group => ScopesOfGroup.GetValueOrDefault(group) ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Reads <c>&lt;section&gt;:Roles:&lt;role&gt;</c>, <c>:DefaultRole</c> and <c>:Scopes:&lt;n&gt;</c> (<c>group = world:crypto, tenant:acme</c>), and adds what is wrong.</summary>
    public static RoleMapping Read(IConfiguration configuration, string section, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(errors);
        var known = string.Join(", ", Roles.All.Select(role => role.Name));
        var groups = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var role in configuration.GetSection($"{section}:Roles").GetChildren())
        {
            var name = role.Key.ToLowerInvariant();
            if (Roles.Find(name) is null)
            {
                errors.Add($"{role.Path} is set, and {role.Key} is no role. Roles are {known}.");
                continue;
            }

            groups[name] = SettingList.Of(configuration, role.Path);
        }

        var fallback = configuration[$"{section}:DefaultRole"]?.Trim().ToLowerInvariant() is { Length: > 0 } given ? given : null;
        if (fallback is not null && Roles.Find(fallback) is null) errors.Add($"{section}:DefaultRole is \"{fallback}\", which is no role. Roles are {known}.");
        if (groups.Values.All(list => list.Count == 0) && fallback is null)
        {
            errors.Add($"Nobody would have a role: set {section}:Roles:administrator:0 to a group of your users, and the other roles as needed, or {section}:DefaultRole.");
        }

        return new(groups, fallback, ScopesIn(configuration, section, errors));
    }

    private static Dictionary<string, IReadOnlyList<string>> ScopesIn(IConfiguration configuration, string section, ICollection<string> errors)
    {
        var scopes = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var line in configuration.GetSection($"{section}:Scopes").GetChildren())
        {
            var parts = (line.Value ?? "").Split('=', 2, StringSplitOptions.TrimEntries);
            var named = parts.Length == 2 ? parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            if (parts[0].Length == 0 || named.Length == 0 || named.Any(scope => Shared.Rail.Scopes.KindOf(scope) == ScopeKind.None))
            {
                errors.Add($"{line.Path} is \"{line.Value}\": use a group and its scopes, for instance crypto-team = world:crypto, tenant:acme.");
                continue;
            }

            scopes[parts[0]] = [.. scopes.GetValueOrDefault(parts[0]) ?? [], .. named];
        }

        return scopes;
    }
}
