using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qmtl.Console.Api;
using Qmtl.Console.Components;
using Qmtl.Console.Configuration;
using Qmtl.Console.Graphs;
using Qmtl.Console.Health;
using Qmtl.Console.Health.Metrics;
using Qmtl.Console.Live;
using Qmtl.Console.Pages.Overview;
using Qmtl.Console.Search;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Circuits;
using Qmtl.Console.Security.Edge;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Security.SignIn;
using Qmtl.Console.Storage;
using Qmtl.Console.Strategies;
using Qmtl.Operations;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Search;

namespace Qmtl.Console;

/// <summary>Composes the real application. Tests start the same one on port 0, with a hook that changes options.</summary>
public static class ConsoleApplication
{
    /// <summary>Exit code for wrong settings, refused addresses included.</summary>
    public const int WrongConfiguration = 4;

    /// <summary>Composes and checks; listens when it is started.</summary>
    /// <exception cref="SettingsRefusedException">Settings are wrong; it lists all errors.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // Also when another program is the host, as in tests: the manifests of the static files carry this name.
            ApplicationName = typeof(ConsoleApplication).Assembly.GetName().Name,
            // Beside the program, wherever the caller stands.
            ContentRootPath = AppContext.BaseDirectory,
        });
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "Qmtl.Console.staticwebassets.runtime.json"))) builder.WebHost.UseStaticWebAssets();
        configure?.Invoke(builder);

        var settings = ReadSettings(builder.Configuration);
        if (!EdgeSettings.NamesAddress(builder.Configuration)) builder.WebHost.UseUrls(EdgeSettings.DefaultUrl);
        AddServices(builder.Services, builder.Configuration, settings);

        var app = builder.Build();
        Use(app);
        return app;
    }

    /// <summary>Serves until the process is told to end. Answers the exit code.</summary>
    public static async Task<int> ServeAsync(string[] args)
    {
        try
        {
            await using var app = Build(args);
            await app.StartAsync();
            // Whatever the settings said: what counts is where the server listens.
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            var errors = EdgeSettings.ListeningErrors(app.Services.GetRequiredService<EdgeOptions>(), addresses).ToArray();
            if (errors.Length > 0)
            {
                await app.StopAsync();
                throw new SettingsRefusedException(errors);
            }

            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (SettingsRefusedException refused)
        {
            await System.Console.Error.WriteLineAsync(refused.Message);
            return WrongConfiguration;
        }
        catch (StorageRefusedException refused)
        {
            await System.Console.Error.WriteLineAsync(refused.Message);
            return WrongConfiguration;
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await System.Console.Error.WriteLineAsync($"{exception.Message} Stop the other program or choose another address, for instance --urls http://127.0.0.1:5081.");
            return WrongConfiguration;
        }
    }

    private static ConsoleSettings ReadSettings(ConfigurationManager configuration)
    {
        var (_, errors) = EdgeSettings.Read(configuration);
        try
        {
            var settings = SettingsReader.Read(configuration);
            return errors.Count == 0 ? settings : throw new SettingsRefusedException(errors);
        }
        catch (SettingsRefusedException refused) when (errors.Count > 0 && !ReferenceEquals(refused.Errors, errors))
        {
            throw new SettingsRefusedException([.. errors, .. refused.Errors]);
        }
    }

    private static void AddServices(IServiceCollection services, IConfiguration configuration, ConsoleSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddEdge(configuration);
        services.AddSingleton<ServiceDirectory>();
        services.AddScoped(typeof(Available<>));
        services.AddScoped<ReadAccess>();
        services.AddOperationsStorage(configuration, new StorageOptions { Path = configuration["Storage:Path"] }.Folder);
        services.AddAudit(configuration);
        services.AddOperations(configuration);
        QmtlServices.Add(services, configuration, settings);

        services.AddSignIn(configuration);
        services.AddSessionCircuits();
        services.AddConsoleApi(configuration);
        services.AddGraphs();
        services.AddSingleton<HealthMonitor>();
        services.AddHostedService(provider => provider.GetRequiredService<HealthMonitor>());
        services.AddSingleton<ProcessFacts>();
        services.AddSingleton<MetricsReader>();
        services.AddSingleton<StrategyIndex>();
        services.AddSingleton<OverviewCache>();
        services.AddScoped<OverviewReader>();
        services.AddScoped<SearchEverything>();
        services.AddScoped<ISearchSource, PageSearch>();
        services.AddScoped<ISearchSource, StrategySearch>();
        services.AddScoped<ISearchSource, NodeSearch>();
        services.AddScoped<ISearchSource, QueueSearch>();
        services.AddScoped<ISearchSource, WorldSearch>();
        services.AddScoped<Rail.PlanWatch>();
        services.AddSingleton<Rail.SandboxSwitch>();
        services.AddLive();
        services.AddMessageLimits();
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(circuit => circuit.MaximumReceiveMessageSize = MessageLimits.CircuitMessageBytes);
    }

    private static void Use(WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<EdgeGuard>();
        app.UseRouting();
        app.UseSignIn();
        app.UseMiddleware<PermissionGate>();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        // After the line above: what goes wrong under /api is answered as problem details, not as a page.
        app.UseConsoleApi();
        app.UseAntiforgery();
        app.UseMiddleware<StaleFormAnswer>();
        app.MapStaticAssets();
        app.MapHealth();
        app.MapConsoleApi();
        app.MapLive();
        SignInEndpoints.Map(app);
        // The framework's own frame-ancestors would be a second policy header; SecurityHeaders has the stricter one.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }
}
