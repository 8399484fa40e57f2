using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qmtl.DagManager.InMemory;
using Qmtl.Shared.Health;

namespace Qmtl.DagManager;

/// <summary>Composes the DAG Manager.</summary>
public static class DagManagerRegistration
{
    /// <summary>Adds the graph in memory, empty, and its probes. Needs an <see cref="Shared.Control.IControlEmitter"/>.</summary>
    public static IServiceCollection AddDagManager(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<DagManagerOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<InMemoryDagManager>();
        services.TryAddSingleton(provider => new FaultableDagManager(
            provider.GetRequiredService<InMemoryDagManager>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IDagManager>(provider => provider.GetRequiredService<FaultableDagManager>());
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IDependencyProbe, DagManagerProbe>(),
            ServiceDescriptor.Singleton<IDependencyProbe, GraphStoreProbe>(),
        ]);
        return services;
    }
}
