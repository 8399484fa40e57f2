using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Security.OAuth;

/// <summary>
/// What the framework's OAuth handler signs in to: begins a session of ours, keeps the tokens with it on the server, and writes the session's cookie, in
/// which there is nothing but its token.
/// </summary>
internal sealed class OAuthSessionHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    OAuthSignInOptions provider,
    OAuthTokenStore tokens,
    ISessions sessions,
    SecurityAudit audit,
    TimeProvider time) : SignInAuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "OAuthSession";
    public const string GroupClaim = "qmtl:group";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());

    protected override Task HandleSignOutAsync(AuthenticationProperties? properties) => Task.CompletedTask;

    protected override async Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
    {
        var id = user.FindFirstValue(System.Security.Claims.ClaimTypes.NameIdentifier)!;
        var groups = user.FindAll(GroupClaim).Select(claim => claim.Value).ToArray();
        var client = SignInClient.Of(Context);
        var now = time.GetUtcNow();
        var begun = new NewSession("oauth:" + id, user.FindFirstValue(System.Security.Claims.ClaimTypes.Name) ?? id, provider.Roles.RoleOf(groups) ?? OAuthKeeper.NoRole, provider.Roles.ScopesOf(groups))
        {
            LeaseUntil = now + OAuthKeeper.Lease,
            Address = client.Address,
            Client = client.Client,
        };
        if (Context.User.FindCaller() is { } before) await sessions.EndAsync(before.SessionId, SessionEndCause.SignedOut, CancellationToken.None);
        var (session, token) = await sessions.BeginAsync(begun, Context.RequestAborted);
        var kept = new OAuthTokens(
            properties?.GetTokenValue("access_token") ?? "",
            properties?.GetTokenValue("refresh_token"),
            DateTimeOffset.TryParse(properties?.GetTokenValue("expires_at"), System.Globalization.CultureInfo.InvariantCulture, out var expires) ? expires : null);
        await tokens.AddAsync(session.Id, kept, now + OAuthKeeper.ReadEvery, CancellationToken.None);
        SessionCookie.Write(Response, token);
        await audit.TellAsync(LocalSignIn.CallerOf(session, client), SecurityAudit.SignIn, session.UserId, "done", client.Client, CancellationToken.None);
    }
}
