using System.Text.Json.Serialization;
using Qmtl.Console.Api;
using Qmtl.Console.Hubs;
using Qmtl.Console.Security.Guards;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Live;

/// <summary>The live path to browsers and other clients.</summary>
public static class LiveRegistration
{
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddSingleton<StrategyNames>();
        services.AddHostedService(provider => provider.GetRequiredService<StrategyNames>());
        services.AddHostedService<ChangeMarks>();
        services.AddSingleton<RowCache>();
        services.AddScoped<LiveReader>();
        services.AddScoped<ILiveWatch, LiveWatch>();
        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = Security.Edge.MessageLimits.HubMessageBytes;
            hub.MaximumParallelInvocationsPerClient = 4;
        }).AddJsonProtocol(json =>
        {
            ApiJson.Apply(json.PayloadSerializerOptions);
            // Most members of most rows are empty.
            json.PayloadSerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        return services;
    }

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapHub<ControlBusHub>(ControlBusHub.Path).RequirePermission(Permissions.LiveRead);
}
