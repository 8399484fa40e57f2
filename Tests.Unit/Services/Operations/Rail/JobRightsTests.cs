using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.ReadOnly;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Unit.Services;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

/// <summary>A running job stops when its executor loses the right; and while the console is read-only jobs can be ended, but not gone on with.</summary>
public sealed class JobRightsTests
{
    private const string Scope = "world:crypto";

    private readonly ManualTime _time = new();
    private readonly InMemoryDocumentStore _store;

    public JobRightsTests() => _store = new(_time);

    [Fact]
    public async Task A_job_stops_when_its_executor_loses_the_right_and_somebody_who_has_it_goes_on()
    {
        var operation = Operation(OperationDanger.Ordinary);
        await using var rail = Kit(operation);
        operation.During = id => Lose(rail, id);
        var plan = await RunAsync(rail);
        var job = (await rail.Jobs.FindAsync(Bob, plan.JobId!, default))!;
        Assert.Equal((JobState.Paused, 0), (job.State, job.InFlight));
        Assert.StartsWith($"alice, who executed it, may no longer do this. no {Permissions.WorldApply}", job.Note, StringComparison.Ordinal);
        Assert.Equal(["item 0", "item 1", "item 2"], operation.Touched);
        Assert.EndsWith(job.Note, Assert.Single(rail.Audit.Of(AuditPhase.Event, "job.paused")).Detail, StringComparison.Ordinal);
        Assert.Contains((Alice.UserId, Permissions.WorldApply, Scope), rail.Authorizer.Asked);

        await Assert.ThrowsAsync<PermissionDeniedException>(() => rail.Jobs.ResumeAsync(Alice, job.Id, default));
        operation.During = _ => Task.CompletedTask;
        await rail.Jobs.ResumeAsync(Bob, job.Id, default);
        await rail.Get<JobHost>().EndOf(job.Id);
        Assert.Equal(operation.Items, operation.Touched);
        Assert.Equal(PlanState.Executed, (await rail.Plans.FindAsync(Bob, plan.Id, default))!.State);
    }

    [Fact]
    public async Task An_emergency_goes_on_to_its_end()
    {
        var operation = Operation(OperationDanger.Emergency);
        await using var rail = Kit(operation);
        operation.During = id => Lose(rail, id);
        Assert.Equal(5, (await RunAsync(rail)).Counts!.Done);
    }

    [Fact]
    public async Task While_read_only_a_job_is_cancelled_and_not_resumed()
    {
        var operation = Operation(OperationDanger.Ordinary);
        await using var rail = Kit(operation);
        operation.During = id => id == "item 1" ? FreezeAsync(rail) : Task.CompletedTask;
        var plan = await RunAsync(rail);
        var job = (await rail.Jobs.FindAsync(Alice, plan.JobId!, default))!;
        Assert.Equal(JobState.Paused, job.State);
        Assert.Contains("made the console read-only", job.Note, StringComparison.Ordinal);

        Assert.Equal(Permissions.WorldApply, (await Assert.ThrowsAsync<PermissionDeniedException>(() => rail.Jobs.ResumeAsync(Alice, job.Id, default))).Permission);
        Assert.Equal(JobState.Paused, (await rail.Jobs.PauseAsync(Alice, job.Id, default)).State);
        await rail.Jobs.CancelAsync(Alice, job.Id, "freeze", default);
        await rail.Get<JobHost>().EndOf(job.Id);
        job = (await rail.Jobs.FindAsync(Alice, job.Id, default))!;
        Assert.Equal((JobState.Cancelled, 2, 3), (job.State, job.Counts.Done, job.Counts.NotStarted));
        Assert.Equal(2, operation.Touched.Count);
        Assert.Equal(["intended", "done"], rail.Audit.Records.Where(record => record.Action == "job.cancel").Select(record => record.Outcome));
    }

    [Fact]
    public async Task While_read_only_a_job_that_waits_between_steps_is_paused()
    {
        var operation = Operation(OperationDanger.Ordinary);
        operation.Steps = [new(2, TimeSpan.Zero), new(3, TimeSpan.FromHours(1))];
        await using var rail = Kit(operation);
        var plan = await rail.Plans.ExecuteAsync(Alice, (await rail.ConfirmedAsync(Alice)).Id, default);
        await UntilAsync(async () => (await rail.Jobs.FindAsync(Alice, plan.JobId!, default))!.State == JobState.Waiting);
        await FreezeAsync(rail);
        await rail.Jobs.PauseAsync(Alice, plan.JobId!, default);
        await rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal((JobState.Paused, "Paused by alice."), (await rail.Jobs.FindAsync(Alice, plan.JobId!, default)) is { } job ? (job.State, job.Note) : default);
    }

    private static TestOperation Operation(OperationDanger danger) => new()
    {
        Kind = TestOperation.KindOf("test.change", danger),
        Scope = Scope,
        Items = [.. Enumerable.Range(0, 5).Select(number => $"item {number}")],
    };

    private RailKit Kit(TestOperation operation) => new(_store, _time, configure: options => options.ExecuteWait = TimeSpan.Zero, operations: operation);

    private Task Lose(RailKit rail, string id)
    {
        if (id != "item 2") return Task.CompletedTask;
        rail.Authorizer.Allows = (caller, permission, _) => caller.UserId != Alice.UserId || permission != Permissions.WorldApply;
        // An answer counts for a second.
        _time.Advance(TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    private static async Task FreezeAsync(RailKit rail)
    {
        Assert.True(await rail.Get<ReadOnlySwitch>().TurnAsync(new() { On = true, By = "local:carol", ByName = "carol", Reason = "freeze" }, 0, default));
        rail.Authorizer.Allows = (_, permission, _) => Permissions.StaysWhileReadOnly(permission);
        rail.Authorizer.AllowsEmergency = (_, _, _) => true;
    }

    private static async Task<Plan> RunAsync(RailKit rail)
    {
        var plan = await rail.Plans.ExecuteAsync(Alice, (await rail.ConfirmedAsync(Alice)).Id, default);
        await rail.Get<JobHost>().EndOf(plan.JobId!);
        return (await rail.Plans.FindAsync(Bob, plan.Id, default))!;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "It did not come to that.");
            await Task.Delay(20);
        }
    }
}
