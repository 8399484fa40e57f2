using Microsoft.Extensions.Options;
using Qmtl.WorldService;
using Qmtl.WorldService.InMemory;

namespace Qmtl.Tests.Unit.Services;

/// <summary>What every WorldService does, wherever its worlds live.</summary>
public abstract class WorldServiceContract
{
    private protected abstract IWorldService Make(params World[] worlds);

    [Fact]
    public async Task Worlds_are_listed_by_id_and_found_by_id()
    {
        var service = Make(new World("b", "B", WorldModes.Live, null), new World("a", "A", WorldModes.Paper, "2026-01-01T00:00:00Z"));
        Assert.Equal(["a", "b"], (await service.ListAsync(default)).Select(world => world.WorldId));
        Assert.Equal("B", (await service.FindAsync("b", default))?.Name);
        Assert.Null(await service.FindAsync("B", default));
        Assert.Null(await service.FindAsync("none", default));
    }

    [Fact]
    public async Task Without_worlds_the_list_is_empty() => Assert.Empty(await Make().ListAsync(default));
}

public sealed class InMemoryWorldServiceTests : WorldServiceContract
{
    private protected override IWorldService Make(params World[] worlds)
    {
        var service = new InMemoryWorldService(Options.Create(new WorldServiceOptions()));
        foreach (var world in worlds) service.Put(world);
        return service;
    }

    [Fact]
    public async Task The_store_has_a_bound_and_replacing_needs_no_room()
    {
        var service = new InMemoryWorldService(Options.Create(new WorldServiceOptions { MaxWorlds = 1 }));
        service.Put(new World("a", "A", WorldModes.Live, null));
        service.Put(new World("a", "again", WorldModes.Live, null));
        Assert.Throws<InvalidOperationException>(() => service.Put(new World("b", "B", WorldModes.Live, null)));
        Assert.Equal("again", Assert.Single(await service.ListAsync(default)).Name);
    }

    [Fact]
    public void An_unknown_mode_is_refused() =>
        Assert.Throws<ArgumentException>(() => new InMemoryWorldService(Options.Create(new WorldServiceOptions())).Put(new World("a", "A", "prod", null)));

    [Theory]
    [InlineData(WorldModes.Validate, "backtest")]
    [InlineData(WorldModes.ComputeOnly, "backtest")]
    [InlineData(WorldModes.Paper, "dryrun")]
    [InlineData(WorldModes.Shadow, "shadow")]
    [InlineData(WorldModes.Live, "live")]
    public void Each_mode_has_its_execution_domain(string mode, string domain) => Assert.Equal(domain, WorldModes.ExecutionDomain(mode));
}
