using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using Qmtl.Console.Api;
using Qmtl.Console.DryRuns;
using Qmtl.Console.Graphs;
using Qmtl.Console.Search;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Storage;
using Qmtl.Console.Strategies;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;
using Qmtl.Shared.Search;
using Qmtl.Tests.Unit.Console.Graphs;
using Qmtl.WorldService;

namespace Qmtl.Tests.Unit.Console.Security.Guards;

/// <summary>What pages and end points read through: index, graphs, dry-runs and search ask for the right permission, and without it nothing happens.</summary>
public sealed class ReaderGuardTests : IDisposable
{
    private static readonly byte[] Dag = """{"schema_version":"v1","nodes":[]}"""u8.ToArray();

    private readonly IStrategyCatalogue _catalogue = Substitute.For<IStrategyCatalogue>();
    private readonly IDagManager _dagManager = Substitute.For<IDagManager>();
    private readonly IGateway _gateway = Substitute.For<IGateway>();
    private readonly IWorldService _worlds = Substitute.For<IWorldService>();
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-readers-").FullName;
    private readonly ServiceProvider _services;
    private readonly DryRunStore _store;

    public ReaderGuardTests()
    {
        _services = new ServiceCollection().AddSingleton(_catalogue).BuildServiceProvider();
        _store = new(Options.Create(new StorageOptions { Path = _folder }), Options.Create(new LimitsOptions()), TimeProvider.System, NullLogger<DryRunStore>.Instance);
        var compute = new ComputeNode { NodeId = "a", NodeType = "ProcessingNode", CodeHash = "c", SchemaHash = "s", Topic = "momentum_a_v1", ComputeKeys = [] };
        _catalogue.ListAsync(default).ReturnsForAnyArgs(new StrategySnapshot([SmallDag.Record("s1"), SmallDag.Record("s2", hash: "h2") with { WorldIds = ["other"] }], "test", SmallDag.Noon));
        _catalogue.FindAsync(default!, default).ReturnsForAnyArgs(call => SmallDag.Record(call.Arg<string>()));
        _catalogue.ReadDagAsync(default!, default).ReturnsForAnyArgs(SmallDag.Document(SmallDag.Node("a", [], name: "momentum")));
        _catalogue.SharersAsync(default!, default).ReturnsForAnyArgs(new Dictionary<string, IReadOnlyList<string>>());
        _dagManager.NodesAsync(default!, default).ReturnsForAnyArgs(new Dictionary<string, ComputeNode> { ["a"] = compute });
        _worlds.ListAsync(default).ReturnsForAnyArgs([new World("momentum", "", "live", null)]);
    }

    public static TheoryData<string, string> Reads => new()
    {
        { "index", Permissions.StrategiesRead },
        { "graph: detail", Permissions.StrategiesRead },
        { "graph: record", Permissions.StrategiesRead },
        { "graph: list", Permissions.StrategiesRead },
        { "graph: dag", Permissions.StrategiesRead },
        { "graph: message", Permissions.StrategiesRead },
        { "graph: compare", Permissions.StrategiesRead },
        { "dry-run: check", Permissions.StrategiesRead },
        { "dry-run: decode", Permissions.StrategiesRead },
        { "dry-run: run", Permissions.StrategiesDryRun },
        { "dry-run: find", Permissions.StrategiesRead },
        { "dry-run: dag", Permissions.StrategiesRead },
        { "dry-run: graph", Permissions.StrategiesRead },
        { "search: strategies", Permissions.StrategiesRead },
        { "search: nodes", Permissions.StrategiesRead },
        { "search: queues", Permissions.StrategiesRead },
        { "search: worlds", Permissions.WorldsRead },
    };

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Without_the_permission_nothing_is_read(string read, string permission)
    {
        var authorizer = new TestAuthorizer { DeniesAll = true };
        var denied = await Assert.ThrowsAsync<PermissionDeniedException>(() => ReadAsync(read, authorizer));
        Assert.Equal(permission, denied.Permission);
        Assert.Equal(permission, Assert.Single(authorizer.Asked).Permission);
        Assert.Empty(_catalogue.ReceivedCalls().Concat(_gateway.ReceivedCalls()).Concat(_dagManager.ReceivedCalls()).Concat(_worlds.ReceivedCalls()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task With_the_permission_there_is_an_answer(string read, string permission)
    {
        var authorizer = new TestAuthorizer();
        _gateway.DryRunAsync(default!, default!, default).ReturnsForAnyArgs(new DryRunResult { Refusal = new("E_TEST", "not now") });
        Assert.NotNull(await ReadAsync(read, authorizer));
        Assert.Equal(permission, authorizer.Asked[0].Permission);
    }

    [Fact]
    public async Task The_index_holds_for_each_reader_what_is_his()
    {
        using var index = new StrategyIndex(_services);
        Assert.Equal(2, (await index.ReadAsync(Access(new()), default))!.Strategies.Length);
        var narrowed = await index.ReadAsync(Access(TestAuthorizer.NarrowedTo("world:other")), default);
        Assert.Equal("s2", Assert.Single(narrowed!.Strategies).Record.StrategyId);
    }

    [Fact]
    public async Task Search_leaves_out_what_is_not_the_readers()
    {
        Assert.Equal(["Strategies", "Nodes", "Queues", "Worlds"], await GroupsAsync(new TestAuthorizer(), "momentum"));
        Assert.Empty(await GroupsAsync(new TestAuthorizer { DeniesAll = true }, "momentum"));
        var some = new TestAuthorizer();
        some.Held[Permissions.StrategiesRead] = new HashSet<string>();
        Assert.Equal(["Worlds"], await GroupsAsync(some, "momentum"));

        Assert.Equal(["Pages"], await GroupsAsync(new TestAuthorizer(), "Audit"));
        some.Held[Permissions.AuditRead] = new HashSet<string>();
        Assert.Empty(await GroupsAsync(some, "Audit"));
    }

    private static ReadAccess Access(TestAuthorizer authorizer) => new(new TestCaller(), authorizer);

    private async Task<IEnumerable<string>> GroupsAsync(TestAuthorizer authorizer, string text)
    {
        using var index = new StrategyIndex(_services);
        var groups = await new SearchEverything(Sources(authorizer, index), TimeProvider.System, NullLogger<SearchEverything>.Instance).SearchAsync(text, default);
        Assert.All(groups, group => Assert.Null(group.Problem));
        return groups.Select(group => group.Group);
    }

    private ISearchSource[] Sources(TestAuthorizer authorizer, StrategyIndex index) =>
    [
        new PageSearch(new TestCaller(), authorizer),
        new StrategySearch(SmallDag.Available(_catalogue, authorizer)),
        new NodeSearch(index, Access(authorizer)),
        new QueueSearch(SmallDag.Available(_dagManager, authorizer), index, Access(authorizer)),
        new WorldSearch(SmallDag.Available(_worlds, authorizer)),
    ];

    private async Task<object?> ReadAsync(string read, TestAuthorizer authorizer)
    {
        using var index = new StrategyIndex(_services);
        var graphs = new StrategyGraphs(
            SmallDag.Available(_catalogue, authorizer), SmallDag.Available(_dagManager, authorizer), TimeProvider.System, new GraphCaches(Options.Create(new LimitsOptions())), NullLogger<StrategyGraphs>.Instance);
        var dryRuns = new DryRunService(SmallDag.Available(_gateway, authorizer), _store, new DryRunGraph(_store), Access(authorizer), TimeProvider.System);
        var sources = Sources(authorizer, index).ToDictionary(source => source.Group);
        var ask = new DryRunAsk([], null);
        return read switch
        {
            "index" => await index.ReadAsync(Access(authorizer), default),
            "graph: detail" => await graphs.DetailAsync("s1", default),
            "graph: record" => await graphs.FindAsync("s1", default),
            "graph: list" => await graphs.ListAsync(default),
            "graph: dag" => await graphs.ReadDagAsync("s1", default),
            "graph: message" => await graphs.MessageAsync("s1", default),
            "graph: compare" => await graphs.CompareAsync("s1", "s2", default),
            "dry-run: check" => await dryRuns.CheckAsync(Dag, ask, default),
            "dry-run: decode" => (object)await dryRuns.DecodeAsync(Dag, default),
            "dry-run: run" => (await dryRuns.RunAsync(Dag, ask, default)).Report,
            "dry-run: find" => await dryRuns.FindAsync("x", default),
            "dry-run: dag" => (await dryRuns.OpenDagAsync("x", default)).Find,
            "dry-run: graph" => (await dryRuns.GraphAsync("x", default)).Find,
            "search: strategies" => Assert.Single(await sources["Strategies"].SearchAsync("s1", 5, default)),
            "search: nodes" => Assert.Single(await sources["Nodes"].SearchAsync("momentum", 5, default)),
            "search: queues" => Assert.Single(await sources["Queues"].SearchAsync("momentum_a", 5, default)),
            "search: worlds" => Assert.Single(await sources["Worlds"].SearchAsync("momentum", 5, default)),
            _ => throw new ArgumentOutOfRangeException(nameof(read)),
        };
    }
}
