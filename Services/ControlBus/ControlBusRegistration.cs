using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qmtl.ControlBus.InMemory;
using Qmtl.Shared.Control;
using Qmtl.Shared.Health;

namespace Qmtl.ControlBus;

/// <summary>Composes the ControlBus.</summary>
public static class ControlBusRegistration
{
    /// <summary>Adds the bus in this process: feed, emitter, publisher and probe.</summary>
    public static IServiceCollection AddControlBus(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ControlBusOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<InProcessControlBus>();
        services.TryAddSingleton<IControlFeed>(provider => provider.GetRequiredService<InProcessControlBus>());
        services.TryAddSingleton(provider => provider.GetRequiredService<InProcessControlBus>().Live);
        services.TryAddSingleton<IControlEmitter>(provider => provider.GetRequiredService<InProcessControlBus>());
        services.TryAddSingleton<IControlPublisher>(provider => provider.GetRequiredService<InProcessControlBus>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDependencyProbe, ControlBusProbe>());
        return services;
    }
}
