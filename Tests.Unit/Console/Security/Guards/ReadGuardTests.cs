using NSubstitute;
using Qmtl.Console.Configuration;
using Qmtl.Console.Security.Guards;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Control;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;
using Qmtl.WorldService;

namespace Qmtl.Tests.Unit.Console.Security.Guards;

/// <summary>Each read: the right permission is asked for, and without it nothing happens; those who are narrowed to worlds see theirs alone.</summary>
public sealed class ReadGuardTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DagDocument Document = DagReader.Read("{}"u8.ToArray());
    private static readonly DagDocument InCrypto = DagReader.Read("""{"world_ids":["crypto"],"dag_json":{"schema_version":"v1","nodes":[]}}"""u8.ToArray());

    private readonly IStrategyCatalogue _catalogue = Substitute.For<IStrategyCatalogue>();
    private readonly IGateway _gateway = Substitute.For<IGateway>();
    private readonly IDagManager _dagManager = Substitute.For<IDagManager>();
    private readonly IWorldService _worlds = Substitute.For<IWorldService>();
    private readonly IControlFeed _feed = Substitute.For<IControlFeed>();

    public ReadGuardTests()
    {
        _catalogue.ListAsync(default).ReturnsForAnyArgs(new StrategySnapshot([Strategy("s1", "crypto"), Strategy("s2", "equities"), Strategy("s3", "crypto", "equities"), Strategy("s4")], "test", Noon));
        _catalogue.FindAsync(default!, default).ReturnsForAnyArgs(call => call.Arg<string>() switch
        {
            "s1" => Strategy("s1", "crypto"),
            "s2" => Strategy("s2", "equities"),
            _ => null,
        });
        _catalogue.ReadDagAsync(default!, default).ReturnsForAnyArgs(Document);
        _catalogue.SharersAsync(default!, default).ReturnsForAnyArgs(new Dictionary<string, IReadOnlyList<string>> { ["a"] = ["s1", "s2"], ["b"] = ["s2"] });
        _worlds.ListAsync(default).ReturnsForAnyArgs([new World("crypto", "", "live", null), new World("equities", "", "live", null)]);
        _worlds.FindAsync(default!, default).ReturnsForAnyArgs(call => new World(call.Arg<string>(), "", "live", null));
        _feed.Recent(default).ReturnsForAnyArgs([Event(1, "crypto"), Event(2, "equities"), Event(3, null), Event(4, "crypto")]);
    }

    public static TheoryData<string, string> Reads => new()
    {
        { "list", Permissions.StrategiesRead },
        { "find", Permissions.StrategiesRead },
        { "dag", Permissions.StrategiesRead },
        { "sharers", Permissions.StrategiesRead },
        { "state", Permissions.StrategiesRead },
        { "dry-run", Permissions.StrategiesDryRun },
        { "gateway queues", Permissions.QueuesRead },
        { "diff", Permissions.StrategiesDryRun },
        { "queues", Permissions.QueuesRead },
        { "nodes", Permissions.StrategiesRead },
        { "counts", Permissions.QueuesRead },
        { "worlds", Permissions.WorldsRead },
        { "world", Permissions.WorldsRead },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Without_the_permission_nothing_is_read(string read, string permission)
    {
        var authorizer = new TestAuthorizer { DeniesAll = true };
        var denied = await Assert.ThrowsAsync<PermissionDeniedException>(() => ReadAsync(read, authorizer));
        Assert.Equal(permission, denied.Permission);
        Assert.Equal(permission, Assert.Single(authorizer.Asked).Permission);
        Assert.Empty(_catalogue.ReceivedCalls().Concat(_gateway.ReceivedCalls()).Concat(_dagManager.ReceivedCalls()).Concat(_worlds.ReceivedCalls()));
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task With_the_permission_the_service_is_asked(string read, string permission)
    {
        var authorizer = new TestAuthorizer();
        await ReadAsync(read, authorizer);
        Assert.Equal(permission, authorizer.Asked[0].Permission);
        Assert.NotEmpty(_catalogue.ReceivedCalls().Concat(_gateway.ReceivedCalls()).Concat(_dagManager.ReceivedCalls()).Concat(_worlds.ReceivedCalls()));
    }

    [Fact]
    public async Task The_feed_asks_too()
    {
        var feed = new GuardedControlFeed(_feed, Access(new TestAuthorizer { DeniesAll = true }));
        Assert.Equal(Permissions.LiveRead, Assert.Throws<PermissionDeniedException>(() => feed.Recent(1)).Permission);
        Assert.Throws<PermissionDeniedException>(() => feed.Status);
        Assert.Throws<PermissionDeniedException>(() => feed.SubscribeAsync(default));
        Assert.Empty(_feed.ReceivedCalls());
        Assert.Equal(4, new GuardedControlFeed(_feed, Access(new TestAuthorizer())).Recent(10).Count);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Somebody_narrowed_to_a_world_sees_its_strategies_alone()
    {
        var guard = new GuardedCatalogue(_catalogue, Access(InWorld()));
        var list = (await guard.ListAsync(default)).Strategies;
        Assert.Equal(["s1", "s3"], list.Select(strategy => strategy.StrategyId));
        Assert.Equal(["crypto"], list[1].WorldIds);
        Assert.NotNull(await guard.FindAsync("s1", default));
        Assert.Null(await guard.FindAsync("s2", default));
        Assert.Null(await guard.ReadDagAsync("s2", default));
        await _catalogue.DidNotReceive().ReadDagAsync("s2", Arg.Any<CancellationToken>());
        var sharers = await guard.SharersAsync(["a", "b"], default);
        Assert.Equal(["s1"], Assert.Single(sharers).Value);
    }

    [Fact]
    public async Task Somebody_narrowed_to_a_world_reads_its_state_nodes_and_worlds_alone()
    {
        var access = Access(InWorld());
        var gateway = new GuardedGateway(_gateway, _catalogue, access);
        Assert.Null(await gateway.StrategyStateAsync("s2", default));
        await _gateway.DidNotReceiveWithAnyArgs().StrategyStateAsync(default!, default);
        Assert.Null(await new GuardedGateway(_gateway, null, access).StrategyStateAsync("s1", default));

        await new GuardedDagManager(_dagManager, _catalogue, access).NodesAsync(["a", "b"], default);
        await _dagManager.Received(1).NodesAsync(Arg.Is<IReadOnlyCollection<string>>(ids => ids.SequenceEqual(new[] { "a" })), Arg.Any<CancellationToken>());

        var worlds = new GuardedWorldService(_worlds, access);
        Assert.Equal("crypto", Assert.Single(await worlds.ListAsync(default)).WorldId);
        Assert.NotNull(await worlds.FindAsync("crypto", default));
        Assert.Null(await worlds.FindAsync("equities", default));
    }

    [Fact]
    public async Task A_dry_run_is_asked_for_in_each_world_that_it_names()
    {
        var authorizer = InWorld();
        var gateway = new GuardedGateway(_gateway, _catalogue, Access(authorizer));
        await gateway.DryRunAsync(InCrypto, new(), default);
        Assert.Equal((Permissions.StrategiesDryRun, "world:crypto"), Assert.Single(authorizer.Asked));
        _gateway.ClearReceivedCalls();

        await Assert.ThrowsAsync<PermissionDeniedException>(() => gateway.DryRunAsync(Document, new(), default));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => gateway.DryRunAsync(InCrypto, new() { WorldIds = ["crypto", "equities"] }, default));
        Assert.Empty(_gateway.ReceivedCalls());
    }

    [Fact]
    public void An_event_whose_world_nobody_knows_goes_to_readers_of_all_worlds() =>
        Assert.Equal([1, 4], new GuardedControlFeed(_feed, Access(InWorld())).Recent(10).Select(item => item.Sequence));

    [Fact]
    public async Task A_stream_ends_with_the_right()
    {
        var authorizer = new TestAuthorizer();
        _feed.SubscribeAsync(default).ReturnsForAnyArgs(Batches());
        var seen = new List<long>();
        await Assert.ThrowsAsync<PermissionDeniedException>(async () =>
        {
            await foreach (var batch in new GuardedControlFeed(_feed, Access(authorizer)).SubscribeAsync(default))
            {
                seen.Add(batch.Events[0].Sequence);
                authorizer.Held[Permissions.LiveRead] = new HashSet<string>();
            }
        });
        Assert.Equal([1], seen);
    }

    [Fact]
    public async Task People_do_not_submit_or_register()
    {
        var access = Access(new TestAuthorizer());
        await Assert.ThrowsAsync<NotSupportedException>(() => new GuardedGateway(_gateway, null, access).SubmitAsync(Document, new(), default));
        await Assert.ThrowsAsync<NotSupportedException>(() => new GuardedDagManager(_dagManager, null, access).RegisterAsync(Request(), default));
        Assert.Empty(_gateway.ReceivedCalls().Concat(_dagManager.ReceivedCalls()));
    }

    /// <summary>Whatever a page can ask for comes with a guard, and every service of a connected console has one.</summary>
    [Fact]
    public void Every_service_that_pages_can_reach_has_a_guard()
    {
        var reached = typeof(Qmtl.Console.ConsoleApplication).Assembly.GetTypes()
            .SelectMany(type => type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.ParameterType)
                .Concat(type.GetProperties(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic).Select(property => property.PropertyType)))
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Available<>) && !type.ContainsGenericParameters)
            .Select(type => type.GetGenericArguments()[0])
            .Distinct()
            .ToArray();
        Assert.Contains(typeof(IStrategyCatalogue), reached);
        Assert.Empty(reached.Except(ReadGuards.Kinds));
        var live = typeof(Qmtl.Console.ConsoleApplication).Assembly.GetTypes().Where(type => type.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(Available<Qmtl.ControlBus.ILiveFeed>) || parameter.ParameterType == typeof(Qmtl.ControlBus.ILiveFeed))));
        Assert.Equal([typeof(Qmtl.Console.Live.LiveReader)], live);
        Assert.Throws<InvalidOperationException>(() => ReadGuards.Guarded<IControlEmitter>(Substitute.For<IServiceProvider>()));
    }

    private static TestAuthorizer InWorld() => TestAuthorizer.NarrowedTo("world:crypto");

    private static ReadAccess Access(TestAuthorizer authorizer) => new(new TestCaller(), authorizer);

    private static DiffRequest Request() => new() { StrategyId = "dryrun", Dag = null! };

    private static StrategyRecord Strategy(string id, params string[] worlds) => new()
    {
        StrategyId = id, State = StrategyState.Queued, WorldIds = worlds, Tags = [], NodeCount = 1, SubmittedAt = Noon, SentinelId = "x", DagHash = "h",
    };

    private static ControlEvent Event(long sequence, string? world) => new() { Sequence = sequence, Type = "queue_updated", Key = "k", WorldId = world, Data = default };

    private static async IAsyncEnumerable<ControlBatch> Batches()
    {
        await Task.Yield();
        yield return new([Event(1, null)], 0);
        yield return new([Event(2, null)], 0);
    }

    private Task ReadAsync(string read, TestAuthorizer authorizer)
    {
        var access = Access(authorizer);
        var catalogue = new GuardedCatalogue(_catalogue, access);
        var gateway = new GuardedGateway(_gateway, _catalogue, access);
        var dagManager = new GuardedDagManager(_dagManager, _catalogue, access);
        var worlds = new GuardedWorldService(_worlds, access);
        return read switch
        {
            "list" => catalogue.ListAsync(default),
            "find" => catalogue.FindAsync("s1", default),
            "dag" => catalogue.ReadDagAsync("s1", default),
            "sharers" => catalogue.SharersAsync(["a"], default),
            "state" => gateway.StrategyStateAsync("s1", default),
            "dry-run" => gateway.DryRunAsync(Document, new(), default),
            "gateway queues" => gateway.QueuesByTagAsync(new([], 60, TagMatch.Any, null, null), default),
            "diff" => dagManager.DiffAsync(Request(), default),
            "queues" => dagManager.QueuesByTagAsync([], 60, TagMatch.Any, default),
            "nodes" => dagManager.NodesAsync(["a"], default),
            "counts" => dagManager.CountsAsync(default),
            "worlds" => worlds.ListAsync(default),
            "world" => worlds.FindAsync("crypto", default),
            _ => throw new ArgumentOutOfRangeException(nameof(read)),
        };
    }
}
