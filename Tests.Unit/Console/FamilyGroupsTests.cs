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
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-families-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_group_survives_a_restart_and_can_be_taken_back()
    {
        await AssignAsync(Groups(), "s1", "  carry ");
        Assert.Equal("carry", Groups().Current["s1"]);
        var groups = Groups();
        await AssignAsync(groups, "s1", "");
        Assert.Empty(groups.Current);
        Assert.Empty(Groups().Current);
    }

    [Fact]
    public async Task A_name_that_is_too_long_changes_nothing()
    {
        var groups = Groups();
        await Assert.ThrowsAsync<ArgumentException>(() => AssignAsync(groups, "s1", new string('x', FamilyGroups.MaxName + 1)));
        await Assert.ThrowsAsync<ArgumentException>(() => AssignAsync(groups, "s1", "a\nb"));
        Assert.Empty(groups.Current);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_damaged_file_is_kept_aside()
    {
        File.WriteAllText(Path.Combine(_folder, "families.json"), "{ not json");
        Assert.Empty(Groups().Current);
        Assert.Equal("{ not json", File.ReadAllText(Path.Combine(_folder, "families.json.damaged")));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_now_is_not_overwritten()
    {
        await AssignAsync(Groups(), "s1", "carry");
        var groups = Groups();
        using (File.Open(Path.Combine(_folder, "families.json"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Empty(groups.Current);
            await Assert.ThrowsAsync<IOException>(() => AssignAsync(groups, "s2", "momentum"));
        }

        await AssignAsync(groups, "s2", "momentum");
        Assert.Equal("carry", groups.Current["s1"]);
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
        Assert.Empty(Directory.GetFiles(_folder));
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

    private FamilyGroups Groups(TimeProvider time) => new(Options.Create(new StorageOptions { Path = _folder }), time, NullLogger<FamilyGroups>.Instance);

    private FamilyGroups Groups() => Groups(TimeProvider.System);
}
