using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Qmtl.Console.Security.Edge;

/// <summary>Composes the edge.</summary>
public static class EdgeRegistration
{
    /// <summary>Adds the edge's options and what records its refusals. <see cref="EdgeGuard"/> is the first middleware.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(EdgeSettings.Read(configuration).Options);
        services.TryAddSingleton<AuditAfterwards>();
        services.AddSingleton<EdgeDenials>();
        return services;
    }
}
