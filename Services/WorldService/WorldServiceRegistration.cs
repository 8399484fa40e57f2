using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qmtl.Shared.Health;
using Qmtl.WorldService.InMemory;

namespace Qmtl.WorldService;

/// <summary>Composes the WorldService.</summary>
public static class WorldServiceRegistration
{
    /// <summary>Adds worlds in memory, without any world, and the probe.</summary>
    public static IServiceCollection AddWorldService(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<WorldServiceOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<InMemoryWorldService>();
        services.TryAddSingleton<IWorldService>(provider => provider.GetRequiredService<InMemoryWorldService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDependencyProbe, WorldServiceProbe>());
        return services;
    }
}
