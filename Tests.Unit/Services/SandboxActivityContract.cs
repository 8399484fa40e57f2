using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Sandbox;
using Qmtl.Sandbox.Activity;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;

namespace Qmtl.Tests.Unit.Services;

/// <summary>What whatever holds the sandbox's activity does.</summary>
public abstract class SandboxActivityContract
{
    private readonly ManualTime _time = new();

    private protected abstract ISandboxActivity Make(TimeProvider time);

    [Theory]
    [InlineData(SandboxOperations.Resume, SandboxOperations.Target, SandboxOperations.Target, false)]
    [InlineData(SandboxOperations.Pause, "elsewhere", SandboxOperations.Target, false)]
    [InlineData(SandboxOperations.Pause, SandboxOperations.Target, "another item", false)]
    [InlineData(SandboxOperations.Pause, SandboxOperations.Target, SandboxOperations.Target, true)]
    public async Task A_ticket_for_something_else_or_an_expired_one_pauses_nothing(string kind, string target, string item, bool expired)
    {
        var activity = Make(_time);
        var before = activity.State;
        var ticket = await Tickets.MakeAsync(kind, target, item, _time);
        if (expired) _time.Advance(Tickets.Lifetime);
        await Assert.ThrowsAsync<RailTicketRefusedException>(() => activity.PauseAsync(ticket, Somebody.Alice, default));
        Assert.Equal(before, activity.State);
    }

    [Theory]
    [InlineData(SandboxOperations.Pause, SandboxOperations.Target, SandboxOperations.Target, false)]
    [InlineData(SandboxOperations.Resume, "elsewhere", SandboxOperations.Target, false)]
    [InlineData(SandboxOperations.Resume, SandboxOperations.Target, "another item", false)]
    [InlineData(SandboxOperations.Resume, SandboxOperations.Target, SandboxOperations.Target, true)]
    public async Task A_ticket_for_something_else_or_an_expired_one_resumes_nothing(string kind, string target, string item, bool expired)
    {
        var activity = Make(_time);
        await activity.PauseAsync(await Tickets.MakeAsync(SandboxOperations.Pause, SandboxOperations.Target, SandboxOperations.Target, _time), Somebody.Alice, default);
        var before = activity.State;
        Assert.True(before.IsPaused);
        var ticket = await Tickets.MakeAsync(kind, target, item, _time);
        if (expired) _time.Advance(Tickets.Lifetime);
        await Assert.ThrowsAsync<RailTicketRefusedException>(() => activity.ResumeAsync(ticket, Somebody.Bob, default));
        Assert.Equal(before, activity.State);
    }

    [Fact]
    public async Task Paused_on_the_rail_and_taken_back_by_the_undo()
    {
        var activity = Make(_time);
        await using var rail = new RailKit(new InMemoryDocumentStore(_time), _time, operations: [new SandboxOperations(true, activity), new SandboxOperations(false, activity)]);
        var plan = await rail.ConfirmedAsync(Somebody.Alice, SandboxOperations.Pause, SandboxOperations.Target);
        Assert.False(activity.State.IsPaused);
        await rail.Plans.ExecuteAsync(Somebody.Alice, plan.Id, default);
        Assert.Equal((true, "alice"), (activity.State.IsPaused, activity.State.ByName));
        Assert.Contains((Somebody.Alice.UserId, Permissions.SandboxActivityChange, null), rail.Authorizer.Asked);
        Assert.Equal("CANNOT_PLAN", (await Assert.ThrowsAsync<RailRefusedException>(() => rail.PlanAsync(Somebody.Bob, SandboxOperations.Pause, SandboxOperations.Target))).Code);

        var undo = await rail.Plans.PlanUndoAsync(Somebody.Bob, plan.Id, "enough", default);
        Assert.Equal(SandboxOperations.Resume, undo.Content.Kind);
        await rail.Plans.ConfirmAsync(Somebody.Bob, undo.Id, new(undo.Digest, "enough"), default);
        await rail.Plans.ExecuteAsync(Somebody.Bob, undo.Id, default);
        Assert.False(activity.State.IsPaused);
    }

    [Fact]
    public async Task Paused_and_resumed_meanwhile_is_not_what_was_planned()
    {
        var activity = Make(_time);
        await using var rail = new RailKit(new InMemoryDocumentStore(_time), _time, operations: [new SandboxOperations(true, activity), new SandboxOperations(false, activity)]);
        var plan = await rail.ConfirmedAsync(Somebody.Alice, SandboxOperations.Pause, SandboxOperations.Target);
        await activity.PauseAsync(await Tickets.MakeAsync(SandboxOperations.Pause, SandboxOperations.Target, SandboxOperations.Target, _time), Somebody.Bob, default);
        await activity.ResumeAsync(await Tickets.MakeAsync(SandboxOperations.Resume, SandboxOperations.Target, SandboxOperations.Target, _time), Somebody.Bob, default);
        Assert.Equal("STATE_CHANGED", (await Assert.ThrowsAsync<RailRefusedException>(() => rail.Plans.ExecuteAsync(Somebody.Alice, plan.Id, default))).Code);
        Assert.False(activity.State.IsPaused);
    }
}

public sealed class InProcessSandboxActivityTests : SandboxActivityContract
{
    private protected override ISandboxActivity Make(TimeProvider time) => new ActivitySwitch(time);
}
