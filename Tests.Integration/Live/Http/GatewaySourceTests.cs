using Qmtl.ControlBus.Http;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live.Http;

/// <summary>The stream of the Gateway, one socket for the world w1.</summary>
public sealed class GatewaySourceTests : ServerContract
{
    private protected override async Task<SourceHarness> HarnessAsync() => new GatewayHarness(await ReplayGateway.StartAsync(), isTokenless: false);

    private protected override IControlSource CreateWhereNobodyListens(TimeProvider time) => new GatewayControlSource(new() { Url = new("http://127.0.0.1:9/"), Worlds = ["w1"] }, time);
}

/// <summary>The token-less stream of the Gateway.</summary>
public sealed class TokenlessGatewaySourceTests : TransportContract
{
    private protected override async Task<SourceHarness> HarnessAsync() => new GatewayHarness(await ReplayGateway.StartAsync(), isTokenless: true);
}

/// <summary>
/// Drives the replayed Gateway for the contract. It asks for order between worlds, which sockets of their own cannot give: here one socket gets all; the
/// filter by world has its own tests.
/// </summary>
internal sealed class GatewayHarness(ReplayGateway gateway, bool isTokenless) : ServerHarness
{
    private int _sources;

    public override bool KeepsEvents => false;

    public override IControlSource Create(LiveEngine engine, TimeProvider time)
    {
        gateway.FiltersByWorld = false;
        _sources++;
        return new GatewayControlSource(
            new()
            {
                Url = gateway.Url,
                Worlds = isTokenless ? [] : ["w1"],
                TokenlessStream = isTokenless,
                BackoffFirst = TimeSpan.FromMilliseconds(100),
                BackoffMax = TimeSpan.FromMilliseconds(400),
            },
            time);
    }

    /// <summary>The hub passes on to those that are connected: the sockets must be there first.</summary>
    public override async Task PutAsync(string? key, ReadOnlyMemory<byte> value)
    {
        await gateway.WaitForSocketsAsync(_sources);
        await gateway.RelayAsync(value);
    }

    public override Task KillAsync() => gateway.KillAsync();

    public override Task StartAsync() => gateway.RestartAsync();

    public override async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await base.DisposeAsync();
    }
}
