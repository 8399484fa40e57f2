using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Health;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Live;

public sealed class SourceProbeTests
{
    [Fact]
    public async Task What_names_worlds_is_for_those_who_may_read_every_world()
    {
        var engine = new LiveEngine(Options.Create(new ControlBusOptions()), new ManualTime());
        var source = new Silent();
        engine.SinkOf(source).Report(SourceState.Attention, "Reads 1 of 2 worlds. secret-world: not read.", "Look.");
        var reading = await new SourceProbe(source, engine, new ManualTime()).ReadAsync(default);
        Assert.Equal((DependencyState.Attention, "Look."), (reading.State, reading.Advice));
        Assert.DoesNotContain("secret-world", reading.Detail, StringComparison.Ordinal);
        Assert.Equal(reading.Detail, reading.DetailFor(readsAllWorlds: false));
        Assert.StartsWith("Reads 1 of 2 worlds. secret-world: not read.", reading.DetailFor(readsAllWorlds: true), StringComparison.Ordinal);
    }

    private sealed class Silent : IControlSource
    {
        public string Name => ControlSources.Gateway;

        public string Place => "http://gw/ws/evt";

        public bool ProvesGaps => false;

        public Task RunAsync(IControlSink sink, CancellationToken cancellation) => Task.CompletedTask;
    }
}
