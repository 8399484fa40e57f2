using Qmtl.DagManager;
using Qmtl.Gateway;

namespace Qmtl.Console.Graphs;

/// <summary>Composes what draws graphs.</summary>
public static class GraphsRegistration
{
    /// <summary>Adds <see cref="StrategyGraphs"/>; it needs an <see cref="IStrategyCatalogue"/> and an <see cref="IDagManager"/>.</summary>
    public static IServiceCollection AddGraphs(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<GraphOptions>().Bind(configuration.GetSection(GraphOptions.Section))
            .Validate(options => options.MaxNodesKept >= 0 && options.MaxMessageBytes >= 0, "Limits:Graphs:MaxNodesKept and Limits:Graphs:MaxMessageBytes must not be negative.")
            .ValidateOnStart();
        services.AddSingleton<StrategyGraphs>();
        return services;
    }
}
