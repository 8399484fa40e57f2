namespace Qmtl.Console.Graphs;

/// <summary>Composes what draws graphs.</summary>
public static class GraphsRegistration
{
    /// <summary>Adds <see cref="StrategyGraphs"/>.</summary>
    public static IServiceCollection AddGraphs(this IServiceCollection services)
    {
        services.AddSingleton<GraphCaches>();
        services.AddScoped<StrategyGraphs>();
        return services;
    }
}
