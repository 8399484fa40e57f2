using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>Why something is not allowed, with what would change it.</summary>
internal static class AccessWords
{
    public static string Missing(string permission, Rights rights, Caller caller)
    {
        var least = Roles.All.FirstOrDefault(role => role.Permissions.Contains(permission));
        if (least is null) return $"No role holds the permission {permission}.";
        var holder = Roles.Find(rights.Role);
        if (holder is null) return $"Needs the role {Or(least)}; you have no role here. An administrator can change it on the Access page.";
        if (!holder.Permissions.Contains(permission))
        {
            return caller.Kind == CallerKind.ApiKey
                ? $"Needs the role {Or(least)}; the key's owner is {holder.Name}. An administrator can change it on the Access page."
                : $"Needs the role {Or(least)}; you are signed in as {holder.Name}. An administrator can change it on the Access page.";
        }

        return caller.Kind == CallerKind.ApiKey
            ? $"The key is not made for {permission}. Make one that is on the page /account."
            : $"Needs {permission} everywhere; you are narrowed to {string.Join(", ", rights.Scopes)}. An administrator can change it on the Access page.";
    }

    public static string Elsewhere(string permission, string? scope, IReadOnlySet<string> scopes)
    {
        var held = string.Join(", ", scopes.Order(StringComparer.Ordinal));
        return scope is null
            ? $"Needs {permission} everywhere; you hold it for {held} only. An administrator can change it on the Access page."
            : $"Needs {permission} for {scope}; you hold it for {held} only. An administrator can change it on the Access page.";
    }

    public static string ReadOnly(IReadOnlySwitch state)
    {
        var who = state.ByName is null ? "" : $" by {state.ByName}";
        var when = state.Since is { } since ? $" at {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "";
        var why = state.Reason.Length > 0 ? $" (\"{state.Reason}\")" : "";
        return $"The console is read-only: switched{who}{when}{why}. An administrator can switch it off on the Access page.";
    }

    private static string Or(Role role) => role == Roles.All[^1] ? role.Name : $"{role.Name} or higher";
}
