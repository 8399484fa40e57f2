using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Qmtl.Console.Security.Edge;
using Qmtl.Console.Security.OAuth;
using Qmtl.Console.Security.Proxy;
using Qmtl.Console.Security.SignIn;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>The modes in which others say who somebody is: Proxy and OAuth.</summary>
internal static class ProviderRegistration
{
    public const string OAuthScheme = "OAuth";

    private const string Callback = "/sign-in/oauth/callback";

    public static void AddProviders(this IServiceCollection services, IConfiguration configuration, SignInMode mode)
    {
        if (mode == SignInMode.Proxy)
        {
            services.AddSingleton(provider => provider.GetRequiredService<EdgeOptions>().Proxy!);
            services.AddSingleton<IRequestSignIn, ProxyRequestSignIn>();
        }

        if (mode == SignInMode.OAuth) AddOAuth(services, OAuthSignInOptions.Read(configuration, []));
    }

    /// <summary>Where the sign-in page leads to in mode OAuth.</summary>
    public static void MapOAuth(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<OAuthSignInOptions>() is null) return;
        routes.MapGet("/sign-in/oauth", (string? returnUrl) => Results.Challenge(new AuthenticationProperties { RedirectUri = LocalPath.OrRoot(returnUrl) }, [OAuthScheme]))
            .ExcludeFromDescription().AllowAnonymous();
    }

    private static void AddOAuth(IServiceCollection services, OAuthSignInOptions options)
    {
        services.AddSingleton(options);
        services.AddDataProtection();
        services.AddSingleton<OAuthTokenStore>();
        services.AddSingleton(provider => new OAuthProvider(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(8) }, options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OAuthKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<OAuthKeeper>());
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, OAuthSessionHandler>(OAuthSessionHandler.Name, null)
            .AddOAuth(OAuthScheme, oauth =>
            {
                oauth.AuthorizationEndpoint = options.AuthorizationEndpoint;
                oauth.TokenEndpoint = options.TokenEndpoint;
                oauth.UserInformationEndpoint = options.UserInfoEndpoint;
                oauth.ClientId = options.ClientId;
                oauth.ClientSecret = options.ClientSecret;
                oauth.CallbackPath = Callback;
                oauth.SignInScheme = OAuthSessionHandler.Name;
                oauth.UsePkce = true;
                // Handed to the session handler, which keeps them on the server.
                oauth.SaveTokens = true;
                oauth.Scope.Clear();
                foreach (var scope in options.Scope) oauth.Scope.Add(scope);
                oauth.Events = new OAuthEvents { OnCreatingTicket = CreateTicketAsync, OnRemoteFailure = RefuseAsync };
            });
    }

    /// <summary>Identity and groups come from the UserInfo answer alone.</summary>
    private static async Task CreateTicketAsync(OAuthCreatingTicketContext context)
    {
        var provider = context.HttpContext.RequestServices.GetRequiredService<OAuthProvider>();
        var (answer, user) = await provider.UserAsync(context.AccessToken ?? "", context.HttpContext.RequestAborted);
        if (user is null)
        {
            context.Fail(answer == ProviderAnswer.Silent ? "The identity provider did not say who you are." : "The identity provider does not know you.");
            throw new AuthenticationFailureException(answer == ProviderAnswer.Silent ? "The identity provider did not say who you are." : "The identity provider does not know you.");
        }

        context.Identity!.AddClaim(new Claim(System.Security.Claims.ClaimTypes.NameIdentifier, user.Id));
        context.Identity.AddClaim(new Claim(System.Security.Claims.ClaimTypes.Name, user.Name));
        foreach (var group in user.Groups) context.Identity.AddClaim(new Claim(OAuthSessionHandler.GroupClaim, group));
    }

    private static async Task RefuseAsync(RemoteFailureContext context)
    {
        var http = context.HttpContext;
        var client = SignInClient.Of(http);
        await http.RequestServices.GetRequiredService<AuditAfterwards>().RecordAsync(
            new()
            {
                At = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
                Phase = AuditPhase.Denied,
                Action = SecurityAudit.SignInFailed,
                Outcome = "denied",
                Actor = "nobody",
                ActorName = "nobody",
                ActorKind = CallerKind.Person,
                Address = client.Address,
                Target = "identity provider",
                Detail = context.Failure?.Message is { Length: > 300 } text ? text[..300] : context.Failure?.Message,
            },
            CancellationToken.None);
        context.HandleResponse();
        await RefusalAnswer.WriteAsync(http, new EdgeRefusal(StatusCodes.Status403Forbidden, "SIGN_IN_FAILED", "The sign-in did not work", "The identity provider did not confirm it, or the way back took too long.", "sign-in", "Try again at /sign-in. If it lasts, the console's log and audit say more."));
    }
}
