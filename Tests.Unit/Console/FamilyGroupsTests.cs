using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Console.Families;
using Qmtl.Console.Storage;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console;

public sealed class FamilyGroupsTests : IDisposable
{
    private readonly InMemoryDocumentStore _store = new(TimeProvider.System);
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-families-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_group_survives_a_restart_and_can_be_taken_back()
    {
        await AssignAsync(Groups(), "s1", "  carry ");
        Assert.Equal("carry", await Groups().OfAsync("s1", default));
        var groups = Groups();
        await AssignAsync(groups, "s1", "");
        Assert.Empty(groups.Current);
        Assert.Null(await Groups().OfAsync("s1", default));
    }

    [Fact]
    public async Task Consoles_that_share_a_store_keep_each_others_groups_and_show_them()
    {
        var (one, two) = (Groups(), Groups());
        await AssignAsync(one, "s1", "carry");
        await AssignAsync(two, "s2", "momentum");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => AssignAsync(number % 2 == 0 ? one : two, $"t{number}", "both")));
        await one.RefreshAsync(default);
        await two.RefreshAsync(default);
        Assert.Equal(12, one.Current.Count);
        Assert.Equal(one.Current.OrderBy(pair => pair.Key), two.Current.OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task A_name_that_is_too_long_changes_nothing()
    {
        var groups = Groups();
        await Assert.ThrowsAsync<ArgumentException>(() => AssignAsync(groups, "s1", new string('x', FamilyGroups.MaxName + 1)));
        await Assert.ThrowsAsync<ArgumentException>(() => AssignAsync(groups, "s1", "a\nb"));
        Assert.Empty(groups.Current);
        Assert.Null(await _store.FindAsync(FamilyGroups.DocumentKind, FamilyGroups.DocumentId, default));
    }

    [Fact]
    public async Task What_an_earlier_version_kept_in_a_file_is_taken_in_once()
    {
        var file = Path.Combine(_folder, "families.json");
        await AssignAsync(Groups(), "s2", "momentum");
        await File.WriteAllTextAsync(file, """{"s1":"carry","s2":"older"}""");
        Assert.Equal(["carry", "momentum"], (await StartAsync()).Current.OrderBy(pair => pair.Key).Select(pair => pair.Value));
        Assert.False(File.Exists(file));
        Assert.True(File.Exists(file + ".imported"));

        await AssignAsync(Groups(), "s1", "");
        Assert.Equal("s2", Assert.Single((await StartAsync()).Current).Key);
    }

    [Fact]
    public async Task A_damaged_file_is_kept_aside()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "families.json"), "{ not json");
        Assert.Empty((await StartAsync()).Current);
        Assert.Equal("{ not json", await File.ReadAllTextAsync(Path.Combine(_folder, "families.json.damaged")));
    }

    [Fact]
    public async Task What_another_console_groups_is_shown_within_seconds()
    {
        var time = new ManualTime();
        var groups = Groups(time);
        using var watch = Watch(groups, time);
        await watch.StartAsync(default);
        await AssignAsync(Groups(), "s1", "carry");
        Assert.Empty(groups.Current);
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (groups.Current.Count == 0)
        {
            Assert.True(DateTime.UtcNow < deadline, "It was not read again.");
            time.Advance(FamilyWatch.Interval);
            await Task.Delay(10);
        }

        await watch.StopAsync(default);
    }

    [Theory]
    [InlineData("sandbox.pause", "s1", false)]
    [InlineData(FamilyGroups.OperationKind, "s2", false)]
    [InlineData(FamilyGroups.OperationKind, "s1", true)]
    public async Task A_ticket_for_something_else_or_an_expired_one_changes_nothing(string kind, string item, bool expired)
    {
        var time = new ManualTime();
        var groups = Groups(time);
        var ticket = await Tickets.MakeAsync(kind, item, item, time);
        if (expired) time.Advance(Tickets.Lifetime);
        await Assert.ThrowsAsync<RailTicketRefusedException>(() => groups.AssignAsync("s1", "carry", ticket, CancellationToken.None));
        Assert.Empty(groups.Current);
        Assert.Null(await _store.FindAsync(FamilyGroups.DocumentKind, FamilyGroups.DocumentId, default));
    }

    [Fact]
    public async Task A_group_is_given_and_taken_back_on_the_rail()
    {
        var groups = Groups();
        await using var rail = new RailKit(new InMemoryDocumentStore(TimeProvider.System), TimeProvider.System, operations: new FamilyOperation(groups, new ServiceCollection().BuildServiceProvider()));
        var done = await rail.Plans.DoAsync(Somebody.Alice, new(FamilyGroups.OperationKind, "s1", FamilyOperation.Parameters(" carry "), "grouped"), default);
        Assert.Equal(PlanState.Executed, done.State);
        Assert.Equal("carry", groups.Current["s1"]);
        Assert.Contains((Somebody.Alice.UserId, Permissions.FamiliesChange, null), rail.Authorizer.Asked);
        var again = await Assert.ThrowsAsync<RailRefusedException>(() => rail.Plans.DoAsync(Somebody.Alice, new(FamilyGroups.OperationKind, "s1", FamilyOperation.Parameters("carry"), "grouped"), default));
        Assert.Equal("CANNOT_PLAN", again.Code);

        var undo = await rail.Plans.PlanUndoAsync(Somebody.Alice, done.Id, "wrong one", default);
        await rail.Plans.ConfirmAsync(Somebody.Alice, undo.Id, new(undo.Digest, "wrong one"), default);
        await rail.Plans.ExecuteAsync(Somebody.Alice, undo.Id, default);
        Assert.Empty(groups.Current);
    }

    private static async Task AssignAsync(FamilyGroups groups, string strategyId, string name) =>
        await groups.AssignAsync(strategyId, name, await Tickets.MakeAsync(FamilyGroups.OperationKind, strategyId, strategyId, TimeProvider.System), CancellationToken.None);

    private async Task<FamilyGroups> StartAsync()
    {
        var groups = Groups();
        using var watch = Watch(groups, TimeProvider.System);
        await watch.StartAsync(default);
        await watch.StopAsync(default);
        return groups;
    }

    private FamilyWatch Watch(FamilyGroups groups, TimeProvider time) => new(groups, Options.Create(new StorageOptions { Path = _folder }), time, NullLogger<FamilyWatch>.Instance);

    private FamilyGroups Groups(TimeProvider time) => new(_store, time);

    private FamilyGroups Groups() => Groups(TimeProvider.System);
}
