using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.DagManager;
using Qmtl.DagManager.InMemory;
using Qmtl.Gateway;
using Qmtl.Gateway.InMemory;
using Qmtl.Shared.Dags;
using Qmtl.WorldService;
using Qmtl.WorldService.InMemory;

namespace Qmtl.Tests.Unit.Services;

/// <summary>Files that tests read.</summary>
internal static class ServiceFixtures
{
    public static string PathOf(string relative) => Path.Combine(AppContext.BaseDirectory, "Fixtures", relative);

    public static byte[] Bytes(string relative) => File.ReadAllBytes(PathOf(relative));

    public static DagDocument Dag(string name) => DagReader.Read(Bytes($"contracts/dags/{name}"));
}

/// <summary>A Gateway with all it stands on, in memory.</summary>
internal sealed class GatewayBed : IDisposable
{
    private readonly InMemoryDagManager _graph;

    public GatewayBed(Action<GatewayOptions>? configure = null, DagManagerOptions? dagManagerOptions = null)
    {
        var options = new GatewayOptions();
        configure?.Invoke(options);
        var graphOptions = Options.Create(dagManagerOptions ?? new DagManagerOptions());
        _graph = new InMemoryDagManager(graphOptions, Emitter, Time);
        Faults = new FaultableDagManager(_graph, Time);
        Worlds = new InMemoryWorldService(Options.Create(new WorldServiceOptions()));
        Catalogue = new InMemoryStrategyCatalogue(Options.Create(options), Time);
        Gateway = new InProcessGateway(Faults, Worlds, Catalogue, Emitter, Options.Create(options), graphOptions, Time);
        Worlds.Put(new World("w1", "first", WorldModes.ComputeOnly, "2026-01-01T00:00:00Z"));
        Worlds.Put(new World("w2", "second", WorldModes.Live, "2026-01-01T00:00:00Z"));
        Worlds.Put(new World("no-as-of", "third", WorldModes.Paper, null));
    }

    public ManualTime Time { get; } = new();

    public RecordingEmitter Emitter { get; } = new();

    public FaultableDagManager Faults { get; }

    public InMemoryWorldService Worlds { get; }

    public InMemoryStrategyCatalogue Catalogue { get; }

    public InProcessGateway Gateway { get; }

    public InMemoryDagManager Graph => _graph;

    public void Dispose() => _graph.Dispose();

    /// <summary>Everything that a dry-run must leave alone, as one text.</summary>
    public async Task<string> StateAsync() => JsonSerializer.Serialize(new
    {
        graph = _graph.Snapshot(),
        strategies = (await Catalogue.ListAsync(default)).Strategies,
        events = Emitter.Events,
        worlds = await Worlds.ListAsync(default),
    });

    public static SubmitOptions In(params string[] worlds) => new() { WorldIds = worlds };

    public static DagDocument Read(string json) => DagReader.Read(Encoding.UTF8.GetBytes(json));
}
