using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

/// <summary>What the rail does with executions, wherever they are stored.</summary>
public abstract class JobContract
{
    /// <summary>A store that nobody used yet; a kit after a kit may share it.</summary>
    private protected abstract Task<IDocumentStore> OpenAsync();

    [Theory]
    [InlineData(OperationRepeat.Transactional)]
    [InlineData(OperationRepeat.KeyedIdempotent)]
    [InlineData(OperationRepeat.AtMostOnce)]
    public async Task Items_go_in_batches_and_each_has_its_result(OperationRepeat repeat)
    {
        var operation = Make(repeat, 2_100);
        operation.Result = id => id switch
        {
            "item 7" => new(id, ItemOutcome.Failed, "broken"),
            "item 1500" => new(id, ItemOutcome.Skipped, "was so already"),
            _ => new(id, ItemOutcome.Done),
        };
        await using var rail = Kit(await OpenAsync(), operation);
        var plan = await ReadyAsync(rail);
        plan = await RunAsync(rail, plan);
        Assert.Equal(new OutcomeCounts(2_098, 1, 1, 0, 0), plan.Counts);
        Assert.Equal(operation.Items, operation.Touched);
        Assert.All(operation.Batches, batch => Assert.InRange(batch.Items, 1, 1_000));
        Assert.Equal("as planned", operation.Batches.First().Expected);
        Assert.All(operation.Batches.Skip(1), batch => Assert.Null(batch.Expected));
        Assert.All(rail.Audit.Appends, size => Assert.InRange(size, 1, 1_000));
        Assert.Equal(2_101, rail.Audit.Of(AuditPhase.Intent, "test.change").Count());
        Assert.Equal(2_101, rail.Audit.Of(AuditPhase.Outcome, "test.change").Count());

        var job = await rail.Jobs.FindAsync(Alice, plan.JobId!, default);
        Assert.Equal((JobState.Ended, 0, null as string), (job!.State, job.InFlight, job.Owner));
        var items = await rail.Jobs.ItemsAsync(Alice, job.Id, null, 5, 5, default);
        Assert.Equal([5, 6, 7, 8, 9], items.Select(item => item.Index));
        Assert.Equal((JobItemState.Failed, "broken"), (items[2].State, items[2].Reason));
        Assert.Equal("item 1500", (await rail.Jobs.ItemsAsync(Alice, job.Id, JobItemState.Skipped, 0, 10, default)).Single().Id);
    }

    [Theory]
    [InlineData(OperationRepeat.KeyedIdempotent, 50)]
    [InlineData(OperationRepeat.AtMostOnce, 1)]
    public async Task An_item_is_stored_as_started_before_it_is_touched(OperationRepeat repeat, int ahead)
    {
        var store = await OpenAsync();
        var operation = Make(repeat, 120);
        await using var rail = Kit(store, operation);
        var plan = await ReadyAsync(rail);
        var seen = new List<int>();
        operation.During = async id =>
        {
            var jobId = (await rail.Plans.FindAsync(Alice, plan.Id, default))!.JobId!;
            var started = await rail.Jobs.ItemsAsync(Alice, jobId, JobItemState.Started, 0, 1_000, default);
            Assert.Contains(id, started.Select(item => item.Id));
            seen.Add(started.Count);
        };
        await RunAsync(rail, plan);
        Assert.Equal(120, seen.Count);
        Assert.InRange(seen.Max(), 1, ahead);
    }

    [Fact]
    public async Task A_job_whose_process_is_gone_is_interrupted_and_resumed_on_another_console()
    {
        var store = await OpenAsync();
        var operation = Make(OperationRepeat.AtMostOnce, 10);
        var reached = new TaskCompletionSource();
        operation.During = async id =>
        {
            if (id != "item 4") return;
            reached.SetResult();
            await Task.Delay(Timeout.Infinite);
        };
        var quick = (Action<Qmtl.Operations.OperationsOptions>)(options =>
        {
            (options.Lease, options.LeaseRenew, options.JobTick, options.ExecuteWait) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(20));
        });
        // A process whose store stops answering is, seen from the store, a process that is gone.
        var cut = new CutStore(store);
        var gone = new RailKit(cut, TimeProvider.System, configure: quick, operations: operation);
        var plan = await ReadyAsync(gone);
        plan = await gone.Plans.ExecuteAsync(Alice, plan.Id, default);
        await reached.Task;
        cut.IsCut = true;

        await using var other = new RailKit(store, TimeProvider.System, configure: quick, operations: operation);
        await Assert.ThrowsAsync<RailRefusedException>(() => other.Jobs.ResumeAsync(Bob, plan.JobId!, default));
        await UntilAsync(async () => (await other.Jobs.FindAsync(Bob, plan.JobId!, default))!.State == JobState.Interrupted);
        await other.Watch.LookAsync(default);
        Assert.Single(other.Audit.Of(AuditPhase.Event, "job.interrupted"));
        Assert.Equal(plan.JobId, (await other.Jobs.ListAsync(Bob, new() { States = [JobState.Interrupted] }, default)).Jobs.Single().Id);

        operation.During = _ => Task.CompletedTask;
        operation.Reads = id => id == "item 4" ? null : throw new InvalidOperationException("only what was in flight is read");
        await other.Jobs.ResumeAsync(Bob, plan.JobId!, default);
        await other.Get<JobHost>().EndOf(plan.JobId!);
        var ended = await other.Plans.FindAsync(Bob, plan.Id, default);
        Assert.Equal((PlanState.Executed, new OutcomeCounts(9, 0, 0, 1, 0)), (ended!.State, ended.Counts));
        Assert.Equal(operation.Items, operation.Touched);
        Assert.Equal(["item 4"], operation.Read);
        Assert.Equal("item 4", (await other.Jobs.ItemsAsync(Bob, plan.JobId!, JobItemState.Unknown, 0, 10, default)).Single().Id);
    }

    [Theory]
    [InlineData(ItemOutcome.Done)]
    [InlineData(ItemOutcome.Failed)]
    public async Task An_item_in_flight_is_what_the_target_says_it_is(ItemOutcome read)
    {
        var store = await OpenAsync();
        var operation = Make(OperationRepeat.AtMostOnce, 3);
        await using var rail = Kit(store, operation);
        var plan = await ReadyAsync(rail);
        operation.Instead = async (batch, _) =>
        {
            await batch.BeginItemAsync(batch.Items[0], default);
            throw new IOException("the connection broke");
        };
        operation.Reads = _ => read;
        plan = await RunAsync(rail, plan);
        var job = await rail.Jobs.FindAsync(Alice, plan.JobId!, default);
        Assert.Equal(JobState.Interrupted, job!.State);
        Assert.Contains("the connection broke", job.Note, StringComparison.Ordinal);
        var first = (await rail.Jobs.ItemsAsync(Alice, job.Id, null, 0, 3, default)).Select(item => item.State).ToList();
        Assert.Equal([read == ItemOutcome.Done ? JobItemState.Done : JobItemState.Failed, JobItemState.Planned, JobItemState.Planned], first);
        operation.Instead = null;
        await rail.Jobs.ResumeAsync(Alice, job.Id, default);
        await rail.Get<JobHost>().EndOf(job.Id);
        Assert.Equal(["item 1", "item 2"], operation.Touched);
    }

    [Fact]
    public async Task Of_two_who_resume_at_once_one_does()
    {
        var store = await OpenAsync();
        var operation = Make(OperationRepeat.AtMostOnce, 40);
        await using var one = Kit(store, operation);
        await using var two = Kit(store, operation);
        var plan = await ReadyAsync(one);
        operation.During = id => id == "item 5" ? one.Jobs.PauseAsync(Alice, one.Plans.FindAsync(Alice, plan.Id, default).Result!.JobId!, default) : Task.CompletedTask;
        plan = await RunAsync(one, plan);
        Assert.Equal(JobState.Paused, (await one.Jobs.FindAsync(Alice, plan.JobId!, default))!.State);
        Assert.Equal(6, operation.Touched.Count);
        operation.During = _ => Task.CompletedTask;
        var results = await Task.WhenAll(new[] { one, two }.Select(kit => Task.Run(() => PlanContract.Try(() => kit.Jobs.ResumeAsync(Alice, plan.JobId!, default)))));
        await Task.WhenAll(one.Get<JobHost>().EndOf(plan.JobId!), two.Get<JobHost>().EndOf(plan.JobId!));
        Assert.Equal(operation.Items, operation.Touched);
        Assert.Single(results, result => result is null);
        Assert.Equal(PlanState.Executed, (await one.Plans.FindAsync(Alice, plan.Id, default))!.State);
    }

    [Fact]
    public async Task A_job_is_paused_and_cancelled_from_another_console()
    {
        var store = await OpenAsync();
        var operation = Make(OperationRepeat.KeyedIdempotent, 200);
        operation.During = _ => Task.Delay(5);
        var quick = (Action<Qmtl.Operations.OperationsOptions>)(options => (options.JobTick, options.ExecuteWait) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)));
        await using var one = new RailKit(store, TimeProvider.System, configure: quick, operations: operation);
        await using var two = new RailKit(store, TimeProvider.System, configure: quick, operations: operation);
        var plan = await ReadyAsync(one);
        plan = await one.Plans.ExecuteAsync(Alice, plan.Id, default);
        await two.Jobs.PauseAsync(Bob, plan.JobId!, default);
        await one.Get<JobHost>().EndOf(plan.JobId!);
        var paused = await two.Jobs.FindAsync(Bob, plan.JobId!, default);
        Assert.Equal((JobState.Paused, 0), (paused!.State, paused.InFlight));
        Assert.Contains("bob", paused.Note, StringComparison.Ordinal);
        var touched = operation.Touched.Count;
        Assert.InRange(touched, 0, 199);
        Assert.Equal(touched, paused.Counts.Done);

        var cancelled = await two.Jobs.CancelAsync(Bob, plan.JobId!, "enough", default);
        await two.Get<JobHost>().EndOf(plan.JobId!);
        cancelled = (await two.Jobs.FindAsync(Bob, cancelled.Id, default))!;
        Assert.Equal((JobState.Cancelled, touched, 200 - touched), (cancelled.State, cancelled.Counts.Done, cancelled.Counts.NotStarted));
        Assert.Equal(touched, operation.Touched.Count);
        Assert.Equal(PlanState.Executed, (await one.Plans.FindAsync(Alice, plan.Id, default))!.State);
        Assert.Equal("JOB_STATE", (await Assert.ThrowsAsync<RailRefusedException>(() => one.Jobs.ResumeAsync(Alice, plan.JobId!, default))).Code);
    }

    private protected static RailKit Kit(IDocumentStore store, params TestOperation[] operations) =>
        new(store, TimeProvider.System, configure: options => options.ExecuteWait = TimeSpan.FromMilliseconds(20), operations: operations);

    private protected static TestOperation Make(OperationRepeat repeat, int items) => new()
    {
        Kind = TestOperation.KindOf("test.change", repeat: repeat),
        Items = [.. Enumerable.Range(0, items).Select(number => $"item {number}")],
    };

    private protected static async Task<Plan> ReadyAsync(RailKit rail)
    {
        var plan = await rail.ConfirmedAsync(Alice);
        return plan.State == PlanState.Ready ? plan : await rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default);
    }

    /// <summary>Executes, and waits until the job runs no more.</summary>
    private protected static async Task<Plan> RunAsync(RailKit rail, Plan plan)
    {
        plan = await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        await rail.Get<JobHost>().EndOf(plan.JobId!);
        return (await rail.Plans.FindAsync(Alice, plan.Id, default))!;
    }

    private protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "It did not come to that.");
            await Task.Delay(20);
        }
    }
}

/// <summary>A store that can stop answering.</summary>
internal sealed class CutStore(IDocumentStore inner) : IDocumentStore
{
    public bool IsCut { get; set; }

    public bool IsShared => inner.IsShared;

    public Task<StoredDocument?> FindAsync(string kind, string id, CancellationToken cancellation) => Inner.FindAsync(kind, id, cancellation);

    public Task<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellation) => Inner.ListAsync(query, cancellation);

    public Task<long> CountAsync(string kind, string? label, CancellationToken cancellation) => Inner.CountAsync(kind, label, cancellation);

    public Task<bool> CommitAsync(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation) => Inner.CommitAsync(writes, cancellation);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Inner.NowAsync(cancellation);

    private IDocumentStore Inner => IsCut ? throw new IOException("The store does not answer.") : inner;
}
