using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus.Http;
using Qmtl.ControlBus.InMemory;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;
using Qmtl.Shared.Control;
using Qmtl.Shared.Health;

namespace Qmtl.ControlBus;

/// <summary>Composes the ControlBus.</summary>
public static class ControlBusRegistration
{
    /// <summary>Adds journal and feed, and for each chosen source its reader, its probe and, where events can be sent to it, its publisher.</summary>
    /// <param name="clock">The sandbox's clock; null: that of the machine.</param>
    public static IServiceCollection AddControlBus(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, TimeProvider>? clock = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        var sources = ControlSources.Of(configuration);
        services.AddOptions<ControlBusOptions>()
            .Bind(configuration.GetSection("ControlBus"))
            .Configure(options => options.PairFromStart = sources.Count > 1)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddOptions<SpillOptions>().Bind(configuration.GetSection(SpillOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(provider => new LiveEngine(provider.GetRequiredService<IOptions<ControlBusOptions>>(), Clock(provider, clock), SpillOf(provider)));
        services.TryAddSingleton<ILiveFeed>(provider => provider.GetRequiredService<LiveEngine>());
        services.TryAddSingleton<ILiveMarks>(provider => provider.GetRequiredService<LiveEngine>());
        services.TryAddSingleton<IControlFeed, ControlFeed>();
        services.AddMetrics();
        services.TryAddSingleton<LiveMetrics>();
        foreach (var source in sources) AddSource(services, configuration, source, clock);
        services.AddSingleton<IHostedService>(provider =>
        {
            // Nobody asks for the measures by themselves: they live as long as the sources run.
            _ = provider.GetRequiredService<LiveMetrics>();
            return new SourceRunner(provider.GetServices<IControlSource>(), provider.GetRequiredService<LiveEngine>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SourceRunner>>());
        });
        return services;
    }

    private static void AddSource(IServiceCollection services, IConfiguration configuration, string source, Func<IServiceProvider, TimeProvider>? clock)
    {
        switch (source)
        {
            case ControlSources.InProcess:
                services.TryAddSingleton(provider => new InProcessControlBus(provider.GetRequiredService<LiveEngine>(), Clock(provider, clock)));
                services.AddSourceOf<InProcessControlBus>();
                services.TryAddSingleton<IControlEmitter>(provider => provider.GetRequiredService<InProcessControlBus>());
                services.TryAddSingleton<IControlPublisher>(provider => provider.GetRequiredService<InProcessControlBus>());
                break;
            case ControlSources.Gateway:
                services.TryAddSingleton(provider => new GatewayControlSource(GatewaySettings.Of(configuration), Clock(provider, clock)));
                services.AddSourceOf<GatewayControlSource>();
                break;
        }
    }

    /// <summary>A source that is registered itself, with its probe.</summary>
    private static void AddSourceOf<T>(this IServiceCollection services)
        where T : class, IControlSource
    {
        services.AddSingleton<IControlSource>(provider => provider.GetRequiredService<T>());
        services.AddSingleton<IDependencyProbe>(provider => new SourceProbe(provider.GetRequiredService<T>(), provider.GetRequiredService<LiveEngine>(), provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>By the machine's clock, also in a sandbox: it is about files.</summary>
    private static JournalSpill? SpillOf(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<SpillOptions>>().Value;
        return options.Hours == 0 ? null : new(options, provider.GetRequiredService<TimeProvider>());
    }

    private static TimeProvider Clock(IServiceProvider provider, Func<IServiceProvider, TimeProvider>? clock) => clock?.Invoke(provider) ?? provider.GetRequiredService<TimeProvider>();
}
