using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>Checks what is given for an account.</summary>
public static class AccountNames
{
    public const int Longest = 64;

    /// <summary>A user name as it is stored: lower case, without blanks around; null when it cannot be one.</summary>
    public static string? Normal(string? text)
    {
        var name = text?.Trim().ToLowerInvariant();
        return name is { Length: > 0 and <= Longest } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_' or '@') ? name : null;
    }

    public const string Rule = "Use 1 to 64 of a to z, 0 to 9, dot, hyphen, underscore and @.";

    /// <summary>What is wrong with a name for people, or null.</summary>
    public static string? DisplayProblem(string? name) =>
        string.IsNullOrWhiteSpace(name) ? "The name is empty." : name.Length > 100 ? "The name is longer than 100 characters." : name.Any(char.IsControl) ? "The name holds control characters." : null;

    /// <summary>What is wrong with a role, or null.</summary>
    public static string? RoleProblem(string? role) =>
        Roles.Find(role) is null ? $"There is no role \"{role}\"; use {string.Join(", ", Roles.All.Select(known => known.Name))}." : null;

    /// <summary>What is wrong with scopes, or null.</summary>
    public static string? ScopesProblem(IReadOnlyList<string> scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        if (scopes.Count > 100) return "There are more than 100 scopes.";
        return scopes.FirstOrDefault(scope => scope.Length > 200 || Scopes.KindOf(scope) == ScopeKind.None || scope.Any(char.IsControl)) is { } wrong
            ? $"\"{wrong}\" is no scope; write world:NAME, tenant:NAME or queue:NAME, with * as name for all of the kind."
            : null;
    }
}
