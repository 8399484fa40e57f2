using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.DagManager;
using Qmtl.DagManager.InMemory;
using Qmtl.Gateway;
using Qmtl.Gateway.InMemory;
using Qmtl.Sandbox.Activity;
using Qmtl.Shared.Health;
using Qmtl.Shared.Rail;
using Qmtl.WorldService;

namespace Qmtl.Sandbox;

/// <summary>Composes the sandbox: a QMTL in this process, with sample strategies and activity.</summary>
public static class SandboxRegistration
{
    /// <summary>Adds all services in memory on the sandbox's clock. They are filled when the host starts.</summary>
    public static IServiceCollection AddSandbox(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddOptions<SandboxOptions>()
            .Configure(options =>
            {
                options.Seed = SandboxOptions.ReadSeed(configuration, options.Seed);
                options.EventsPerSecond = configuration.GetValue("Sandbox:EventsPerSecond", options.EventsPerSecond);
            })
            .ValidateDataAnnotations()
            .Validate(
                options => options.ShortestPause > TimeSpan.Zero && options.LongestPause >= options.ShortestPause,
                "The sandbox's shortest pause must be positive and not longer than its longest.")
            .ValidateOnStart();

        // Before the services' own registrations: these run on the sandbox's clock, which can be set into the past.
        services.TryAddSingleton(provider => new SandboxClock(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(OnSandboxClock<InMemoryDagManager>);
        services.TryAddSingleton(OnSandboxClock<InMemoryStrategyCatalogue>);
        services.TryAddSingleton(OnSandboxClock<InProcessGateway>);
        services.AddSingleton<IConfigureOptions<GatewayOptions>>(provider => new ConfigureOptions<GatewayOptions>(options =>
        {
            var clock = provider.GetRequiredService<SandboxClock>();
            options.NewStrategyId = () => clock.StrategyId ?? Guid.NewGuid().ToString();
        }));

        services.AddControlBus(configuration, provider => provider.GetRequiredService<SandboxClock>());
        services.AddWorldService(configuration);
        services.AddDagManager(configuration);
        services.AddGateway(configuration);

        services.TryAddSingleton<SandboxLoader>();
        services.TryAddSingleton<SandboxActivity>();
        services.TryAddSingleton<ISandboxActivity>(provider => new ActivitySwitch(provider.GetRequiredService<TimeProvider>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDependencyProbe, ActivityProbe>());
        services.AddSingleton<IOperation>(provider => new SandboxOperations(pause: true, provider.GetRequiredService<ISandboxActivity>()));
        services.AddSingleton<IOperation>(provider => new SandboxOperations(pause: false, provider.GetRequiredService<ISandboxActivity>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SandboxService>());
        // After the samples are loaded, whose events are of the past.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SandboxLoad>());
        return services;
    }

    private static T OnSandboxClock<T>(IServiceProvider provider) =>
        ActivatorUtilities.CreateInstance<T>(provider, provider.GetRequiredService<SandboxClock>());
}
