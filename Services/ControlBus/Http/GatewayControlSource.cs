using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Http;

/// <summary>
/// Control events from the WebSocket of QMTL's Gateway. A token is for one world, so there is one socket for each; what comes on several of them has one id and
/// number and counts once. The Gateway sends nothing again: after each break it is unknown what was missed. Source: docs/design/live-path.md, "Gateway".
/// </summary>
internal sealed class GatewayControlSource(GatewayStreamOptions options, TimeProvider time) : IControlSource
{
    /// <summary>Who we are to the Gateway. It names no strategy, so that the Gateway looks up no activation for us at each connect.</summary>
    public const string StrategyId = "qmtl-console";

    /// <summary>Advice where a Gateway has no list of worlds.</summary>
    internal const string NameWorlds = "Name the worlds in ControlBus:Gateway:Worlds, for instance ControlBus:Gateway:Worlds:0=my-world: the older generation cannot list them.";

    public string Name => ControlSources.Gateway;

    public string Place => options.Url.AbsoluteUri.TrimEnd('/') + (options.TokenlessStream ? StreamAddress.TokenlessPath + " (token-less)" : StreamAddress.Path);

    public bool ProvesGaps => false;

    public async Task RunAsync(IControlSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using var http = new GatewayHttp(options, time);
        using var sockets = new StreamSockets(options, time);
        var health = new StreamHealth(options, sink);
        if (options.TokenlessStream)
        {
            await new TokenlessStream(options, http, sockets, health, sink, time, Chance).RunAsync(cancellation);
            return;
        }

        var deliveries = new SharedDeliveries(options.DeliveryWindow);
        await new WorldStreams(options, http, health, world => new WorldStream(world, options, http, sockets, deliveries, health, sink, time, Chance).RunAsync, time, Chance).RunAsync(cancellation);
    }

    private static double Chance() => Random.Shared.NextDouble();
}
