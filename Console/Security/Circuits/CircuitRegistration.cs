using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR;

namespace Qmtl.Console.Security.Circuits;

/// <summary>Composes what ties circuits, hubs and streams to their sessions.</summary>
public static class CircuitRegistration
{
    public static IServiceCollection AddSessionCircuits(this IServiceCollection services)
    {
        services.AddSingleton<CircuitOwners>();
        services.AddSingleton<CircuitFilter>();
        services.AddSingleton<LiveConnections>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveConnections>());
        services.AddScoped<CircuitHandler, CircuitActivity>();
        services.AddSignalR(hub => hub.AddFilter<CircuitFilter>());
        return services;
    }
}
