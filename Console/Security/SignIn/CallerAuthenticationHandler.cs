using System.Net;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.SignIn;

/// <summary>
/// Says who sends a request: the owner of the key in its Authorization header, else the session of its cookie, else whom the mode of sign-in makes out.
/// A header that names a key which does not count is never overlooked in favour of a cookie.
/// </summary>
internal sealed class CallerAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ISessions sessions,
    IApiKeyUse keys,
    SignInOptions mode,
    IRequestSignIn? requests = null) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is { Count: > 0 } authorization) return await ByKeyAsync(authorization.ToString());
        // In mode Proxy the proxy alone says who somebody is, with each request.
        if (mode.Mode != SignInMode.Proxy && SessionCookie.Read(Request) is { } token && await sessions.FindByTokenAsync(token, Context.RequestAborted) is { } session)
        {
            return Is(CallerKind.Person, session.Id, session.UserId, session.Name);
        }

        return requests is not null && await requests.FindAsync(Context, Context.RequestAborted) is { } found
            ? Is(CallerKind.Person, found.SessionId, found.UserId, found.Name)
            : AuthenticateResult.NoResult();
    }

    private async Task<AuthenticateResult> ByKeyAsync(string header)
    {
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Refuse("The header Authorization is not \"Bearer qmtl_…\".");
        var (key, why) = await keys.UseAsync(header[Bearer.Length..].Trim(), Context.RequestAborted);
        return key is null ? Refuse(why) : Is(CallerKind.ApiKey, key.Id, key.OwnerId, key.OwnerName, key.Permissions);
    }

    // The framework keeps only results that succeed.
    private AuthenticateResult Refuse(string why)
    {
        Context.Features.Set(new RefusedKey(why));
        return AuthenticateResult.Fail(why);
    }

    private AuthenticateResult Is(CallerKind kind, string sessionId, string userId, string name, IReadOnlyCollection<string>? named = null)
    {
        var address = Context.Connection.RemoteIpAddress;
        var caller = new Caller
        {
            UserId = userId,
            Name = name,
            Kind = kind,
            SessionId = sessionId,
            Address = Normal(address)?.ToString(),
            CorrelationId = Correlation.Of(Request),
            NamedPermissions = named ?? [],
        };
        return AuthenticateResult.Success(new AuthenticationTicket(CallerPrincipal.Of(caller), CallerIdentity.Scheme));
    }

    private static IPAddress? Normal(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}

/// <summary>Why the key of a request does not count.</summary>
internal sealed record RefusedKey(string Why);
