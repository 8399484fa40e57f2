using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qmtl.Gateway.InMemory;
using Qmtl.Shared.Health;

namespace Qmtl.Gateway;

/// <summary>Composes the Gateway.</summary>
public static class GatewayRegistration
{
    /// <summary>Adds the Gateway in this process with its catalogue and probe. Needs a DAG Manager, a WorldService and a ControlBus.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<GatewayOptions>()
            .Configure(options => options.FallbackSentinelFormat = FallbackFormat(configuration["Gateway:FallbackSentinelFormat"]))
            .ValidateDataAnnotations()
            .Validate(options => options.DiffBudget > TimeSpan.Zero && options.TagQueryBudget > TimeSpan.Zero, "The budgets of diff and tag query must be positive.")
            .ValidateOnStart();
        services.TryAddSingleton<InMemoryStrategyCatalogue>();
        services.TryAddSingleton<IStrategyCatalogue>(provider => provider.GetRequiredService<InMemoryStrategyCatalogue>());
        services.TryAddSingleton<InProcessGateway>();
        services.TryAddSingleton<IGateway>(provider => provider.GetRequiredService<InProcessGateway>());
        services.TryAddSingleton<IStrategyWorker>(provider => provider.GetRequiredService<InProcessGateway>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDependencyProbe, GatewayProbe>());
        return services;
    }

    private static FallbackSentinelFormat FallbackFormat(string? setting) => setting?.Trim().ToUpperInvariant() switch
    {
        null or "" or "DECIMAL" => FallbackSentinelFormat.Decimal,
        "HEX" => FallbackSentinelFormat.Hex,
        _ => throw new Microsoft.Extensions.Options.OptionsValidationException(
            nameof(GatewayOptions), typeof(GatewayOptions), [$"Gateway:FallbackSentinelFormat is \"{setting}\". Use decimal or hex."]),
    };
}
