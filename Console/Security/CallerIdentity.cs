using System.Security.Claims;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>
/// The caller as the framework's identity. It says who; what the caller may do is asked of <see cref="IAuthorizer"/> and never read from claims.
/// </summary>
public sealed class CallerIdentity(Caller caller) : ClaimsIdentity(
    [
        // Antiforgery tokens are bound to this: one of another session does not count.
        new Claim(System.Security.Claims.ClaimTypes.NameIdentifier, caller.SessionId),
        new Claim(System.Security.Claims.ClaimTypes.Name, caller.Name),
    ],
    Scheme)
{
    /// <summary>Name of the authentication scheme.</summary>
    public const string Scheme = "Qmtl";

    public Caller Caller { get; } = caller;
}

public static class CallerPrincipal
{
    /// <summary>The caller behind a principal; null when nobody is signed in.</summary>
    public static Caller? FindCaller(this ClaimsPrincipal? principal) => principal?.Identities.OfType<CallerIdentity>().FirstOrDefault()?.Caller;

    public static ClaimsPrincipal Of(Caller caller) => new(new CallerIdentity(caller));

    /// <summary>Nobody: whoever is not signed in.</summary>
    public static Caller Nobody { get; } = new() { UserId = "nobody", Name = "Nobody", Kind = CallerKind.Person, SessionId = "" };
}
