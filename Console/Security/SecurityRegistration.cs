using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Accounts.Operations;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>Sign-in: who somebody is, and what they may do.</summary>
public static class SecurityRegistration
{
    private const string AntiforgeryCookie = "__Host-qmtl-antiforgery";

    /// <summary>Adds sessions, keys, the authorizer and the modes Local and Open.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        var options = SignInOptions.Of(configuration);
        services.AddAccountStore(options);
        services.AddHostedService<SessionSweeper>();
        services.AddSingleton<IApiKeyUse, ApiKeyUse>();
        services.AddSingleton<IAuthorizer, ConsoleAuthorizer>();
        services.AddAccounts();
        services.AddDataProtection().SetApplicationName("Qmtl.Console");
        services.AddOptions<KeyManagementOptions>().Configure<IDocumentStore>((keys, store) => keys.XmlRepository = new StoredKeyRing(store));

        // It writes whole addresses. A key in one is refused, and must not stand in the log for it, whatever level the settings ask for.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
        if (options.Mode == SignInMode.Local) services.AddHostedService<FirstRunAnnouncer>();
        if (options.Mode == SignInMode.Open) services.AddSingleton<IRequestSignIn, OpenRequestSignIn>();
        services.AddProviders(configuration, options.Mode);

        services.AddHttpContextAccessor();
        services.AddScoped<CallerState>();
        services.AddScoped<AuthenticationStateProvider>(provider => provider.GetRequiredService<CallerState>());
        services.AddScoped<ICurrentCaller, CurrentCaller>();

        services.AddAuthentication(CallerIdentity.Scheme).AddScheme<AuthenticationSchemeOptions, CallerAuthenticationHandler>(CallerIdentity.Scheme, null);
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = AntiforgeryCookie;
            antiforgery.Cookie.Path = "/";
        });
        services.Configure<CookiePolicyOptions>(policy =>
        {
            // Browsers take Secure cookies on loopback http too; antiforgery itself refuses to ask for it there.
            policy.Secure = CookieSecurePolicy.Always;
            policy.HttpOnly = Microsoft.AspNetCore.CookiePolicy.HttpOnlyPolicy.Always;
        });
        return services;
    }

    /// <summary>Accounts and sessions on the console's own store, also for commands on the host.</summary>
    internal static void AddAccountStore(this IServiceCollection services, SignInOptions options)
    {
        services.TryAddSingleton(options);
        services.AddSingleton<AccessDirectory>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<ISessions>(provider => provider.GetRequiredService<SessionRegistry>());
        services.AddSingleton<ISessionLiveness>(provider => provider.GetRequiredService<SessionRegistry>());
        services.AddSingleton<SecurityAudit>();
        services.TryAddSingleton<IPasswordHasher, PasswordHasher>();
        services.AddSingleton<PasswordWork>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<IAccountHistory>(provider => provider.GetRequiredService<AccountStore>());
        services.AddSingleton<PasswordLinks>();
        services.AddSingleton<AccountsOnHost>();
    }

    /// <summary>What signs people in and changes accounts.</summary>
    internal static void AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<SignInBackOff>();
        services.AddSingleton<AccountDirectoryView>();
        services.AddSingleton<FirstRun>();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<IAccounts, ConsoleAccounts>();
        services.AddSingleton<IOwnAccount, OwnAccount>();
        services.AddSingleton<LocalSignIn>();
        services.AddSingleton<OneTimeSecrets>();
        services.AddSingleton<IOperation, AddAccount>();
        services.AddSingleton<IOperation>(provider => ActivatorUtilities.CreateInstance<SwitchAccount>(provider, true));
        services.AddSingleton<IOperation>(provider => ActivatorUtilities.CreateInstance<SwitchAccount>(provider, false));
        services.AddSingleton<IOperation, ChangeRole>();
        services.AddSingleton<IOperation, HandOutPasswordLink>();
        services.AddSingleton<IOperation, RevokeKey>();
        services.AddSingleton<IOperation, EndSession>();
    }

    /// <summary>After routing, before everything that answers.</summary>
    public static void UseSignIn(this IApplicationBuilder app)
    {
        app.UseMiddleware<KeyInQueryGuard>();
        app.UseCookiePolicy();
        app.UseAuthentication();
        app.UseMiddleware<SignInGate>();
        app.UseMiddleware<Circuits.SessionConnections>();
    }
}
