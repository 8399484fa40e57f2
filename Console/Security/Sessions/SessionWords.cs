using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Security.Sessions;

/// <summary>What is said to people about their sessions.</summary>
internal static class SessionWords
{
    public static string Of(SessionEndCause cause, SignInOptions options) => cause switch
    {
        SessionEndCause.SignedOut => "You signed out. Sign in again to go on.",
        SessionEndCause.Idle => $"Your session ended after {options.IdleEnd.TotalMinutes:0} minutes without pointer or key input. Sign in again to go on.",
        SessionEndCause.Absolute => $"Your session ended: it lasts at most {options.AbsoluteEnd.TotalHours:0} hours. Sign in again to go on.",
        SessionEndCause.LeaseLost => "Your session ended: the proxy or identity provider has not confirmed it for 60 seconds. Reload the page to sign in again.",
        SessionEndCause.AccountDisabled => "Your session ended: your account is disabled. An administrator can enable it again on the Access page.",
        _ => "This session has ended. Sign in again to go on.",
    };

    /// <summary>Browser and system of a User-Agent header in words; "a program" when it names none that is known.</summary>
    public static string Client(string? agent)
    {
        if (string.IsNullOrEmpty(agent)) return "a program";
        var browser = First(agent, ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"));
        var system = First(agent, ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"));
        return browser is null ? "a program" : system is null ? browser : $"{browser} on {system}";
    }

    private static string? First(string agent, params (string Mark, string Name)[] known) =>
        known.FirstOrDefault(pair => agent.Contains(pair.Mark, StringComparison.Ordinal)).Name;
}
