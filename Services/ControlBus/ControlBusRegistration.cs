using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus.Http;
using Qmtl.ControlBus.InMemory;
using Qmtl.ControlBus.Kafka;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Redis;
using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;
using Qmtl.Shared.Control;
using Qmtl.Shared.Health;

namespace Qmtl.ControlBus;

/// <summary>Composes the ControlBus.</summary>
public static class ControlBusRegistration
{
    /// <summary>Adds journal and feed, and for each chosen source its reader, its probe and, where events can be sent to it, its publisher.</summary>
    /// <param name="clock">The sandbox's clock, and with it the sandbox's bus in this process; null: the machine's clock and the sources of the settings.</param>
    public static IServiceCollection AddControlBus(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, TimeProvider>? clock = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        // The sandbox is a QMTL in this process; a connected console reads what its settings choose.
        var sources = clock is null ? ControlSources.Of(configuration) : [ControlSources.InProcess];
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
        AddPublisher(services, sources);
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
                services.TryAddSingleton(provider => new InProcessControlBus(provider.GetRequiredService<LiveEngine>(), Clock(provider, clock), clock is null ? "in process" : "in process (sandbox)"));
                services.AddSourceOf<InProcessControlBus>();
                break;
            case ControlSources.Kafka:
                var kafka = KafkaSettings.Of(configuration);
                services.TryAddSingleton(provider => new KafkaControlSource(kafka, Clock(provider, clock), provider.GetRequiredService<ILogger<KafkaControlSource>>()));
                services.TryAddSingleton(provider => new KafkaControlPublisher(kafka, Clock(provider, clock)));
                services.AddSourceOf<KafkaControlSource>();
                break;
            case ControlSources.Redis:
                var redis = RedisSettings.Of(configuration);
                services.TryAddSingleton(provider => new RedisControlSource(redis, Clock(provider, clock)));
                services.TryAddSingleton(provider => new RedisControlPublisher(redis, Clock(provider, clock)));
                services.AddSourceOf<RedisControlSource>();
                break;
            case ControlSources.Gateway:
                services.TryAddSingleton(provider => new GatewayControlSource(GatewaySettings.Of(configuration), Clock(provider, clock)));
                services.AddSourceOf<GatewayControlSource>();
                break;
        }
    }

    /// <summary>Events are sent to one bus: where QMTL's services listen before where only the console does.</summary>
    private static void AddPublisher(IServiceCollection services, IReadOnlyList<string> sources)
    {
        if (sources.Contains(ControlSources.Kafka)) services.AddPublisherOf<KafkaControlPublisher>();
        else if (sources.Contains(ControlSources.Redis)) services.AddPublisherOf<RedisControlPublisher>();
        else if (sources.Contains(ControlSources.InProcess)) services.AddPublisherOf<InProcessControlBus>();
    }

    private static void AddPublisherOf<T>(this IServiceCollection services)
        where T : class, IControlEmitter, IControlPublisher
    {
        services.TryAddSingleton<IControlEmitter>(provider => provider.GetRequiredService<T>());
        services.TryAddSingleton<IControlPublisher>(provider => provider.GetRequiredService<T>());
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
