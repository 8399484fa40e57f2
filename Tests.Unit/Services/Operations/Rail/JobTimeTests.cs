using Qmtl.Operations;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Unit.Services;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

/// <summary>Leases, steps, pace and the longest time, by a clock that the test moves.</summary>
public sealed class JobTimeTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly InMemoryDocumentStore _store;
    private readonly TestOperation _operation = new() { Kind = TestOperation.KindOf("test.change", repeat: OperationRepeat.AtMostOnce), Items = [.. Enumerable.Range(0, 6).Select(number => $"item {number}")] };
    private readonly RailKit _rail;
    private string? _jobId;

    public JobTimeTests()
    {
        _store = new(_time);
        _rail = new(_store, _time, configure: options => options.ExecuteWait = TimeSpan.Zero, operations: _operation);
    }

    public async ValueTask DisposeAsync()
    {
        await _rail.StopAsync();
        await _rail.DisposeAsync();
    }

    [Fact]
    public async Task A_process_that_was_stopped_for_longer_than_its_lease_touches_no_further_item()
    {
        // As with SIGSTOP: time passes in the middle of an item, and none of this process's timers ran meanwhile.
        var leap = new LeapingTime(_time);
        var store = new InMemoryDocumentStore(leap);
        await using var rail = new RailKit(store, leap, configure: options => options.ExecuteWait = TimeSpan.Zero, operations: _operation);
        _operation.During = id =>
        {
            if (id == "item 2") leap.Leap(TimeSpan.FromSeconds(60));
            return Task.CompletedTask;
        };
        var plan = await rail.ConfirmedAsync(Alice);
        plan = await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        await rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(["item 0", "item 1", "item 2"], _operation.Touched);
        var job = await rail.Jobs.FindAsync(Alice, plan.JobId!, default);
        Assert.Equal(JobState.Interrupted, job!.State);

        // Nobody had taken it over, so what it had done is stored, and a person goes on with the rest.
        Assert.Equal((3, 3), (job.Counts.Done, job.Counts.NotStarted));
        _operation.During = _ => Task.CompletedTask;
        await rail.Jobs.ResumeAsync(Bob, job.Id, default);
        await rail.Get<JobHost>().EndOf(job.Id);
        Assert.Equal(_operation.Items, _operation.Touched);
        Assert.Empty(_operation.Read);
    }

    [Fact]
    public async Task A_process_whose_job_was_taken_over_writes_nothing_more()
    {
        var leap = new LeapingTime(_time);
        var store = new InMemoryDocumentStore(leap);
        await using var stopped = new RailKit(store, leap, configure: options => options.ExecuteWait = TimeSpan.Zero, operations: _operation);
        var second = new TestOperation { Kind = _operation.Kind, Items = _operation.Items, Reads = _ => null };
        await using var other = new RailKit(store, leap, operations: second);
        _operation.During = async id =>
        {
            if (id != "item 2") return;
            leap.Leap(TimeSpan.FromSeconds(60));
            var jobId = (await other.Jobs.ListAsync(Bob, new(), default)).Jobs.Single().Id;
            await other.Jobs.ResumeAsync(Bob, jobId, default);
            await other.Get<JobHost>().EndOf(jobId);
        };
        var plan = await stopped.ConfirmedAsync(Alice);
        plan = await stopped.Plans.ExecuteAsync(Alice, plan.Id, default);
        await stopped.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(["item 0", "item 1", "item 2"], _operation.Touched);
        Assert.Equal(["item 3", "item 4", "item 5"], second.Touched);
        var ended = await other.Plans.FindAsync(Bob, plan.Id, default);
        Assert.Equal((PlanState.Executed, new OutcomeCounts(5, 0, 0, 1, 0)), (ended!.State, ended.Counts));
        Assert.Equal(JobState.Ended, (await other.Jobs.FindAsync(Bob, plan.JobId!, default))!.State);

        // What the stopped process knows of its last item is not lost: its audit tells it.
        Assert.Contains(stopped.Audit.Of(AuditPhase.Outcome, "test.change"), record => record.Item == "item 2" && record.Outcome == "done");
    }

    [Fact]
    public async Task The_lease_is_renewed_while_an_item_takes_long()
    {
        var release = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _operation.During = async id =>
        {
            if (id != "item 1") return;
            reached.SetResult();
            await release.Task;
        };
        var plan = await _rail.ConfirmedAsync(Alice);
        plan = await _rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        await reached.Task;
        for (var second = 0; second < 120; second++)
        {
            await TickAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(JobState.Running, (await _rail.Jobs.FindAsync(Alice, plan.JobId!, default))!.State);
        release.SetResult();
        await _rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(_operation.Items, _operation.Touched);
    }

    [Fact]
    public async Task Steps_wait_and_go_on_only_from_the_state_that_the_last_one_left()
    {
        _operation.Steps = [new(2, TimeSpan.Zero), new(2, TimeSpan.FromMinutes(10)), new(2, TimeSpan.FromMinutes(10))];
        _operation.During = id =>
        {
            _operation.World = "after " + id;
            return Task.CompletedTask;
        };
        var plan = await StartAsync();
        await UntilAsync(plan, JobState.Waiting);
        var job = await _rail.Jobs.FindAsync(Alice, plan.JobId!, default);
        Assert.Equal((1, 3, _time.GetUtcNow().AddMinutes(10)), (job!.Step, job.Steps, job.NextStepAt!.Value));
        Assert.Equal(2, _operation.Touched.Count);

        await PassAsync(TimeSpan.FromMinutes(9));
        Assert.Equal(2, _operation.Touched.Count);
        await PassAsync(TimeSpan.FromMinutes(2));
        await UntilAsync(plan, JobState.Waiting, step: 2);
        Assert.Equal(4, _operation.Touched.Count);
        Assert.Equal("after item 1", _operation.Batches.ElementAt(1).Expected);

        // Somebody else changes the world between two steps.
        _operation.World = "somebody else's";
        await PassAsync(TimeSpan.FromMinutes(11));
        await WaitAsync(HasEnded);
        job = await _rail.Jobs.FindAsync(Alice, plan.JobId!, default);
        Assert.Equal(JobState.Stopped, job!.State);
        Assert.Contains("not what the last step left", job.Note, StringComparison.Ordinal);
        Assert.Equal(4, _operation.Touched.Count);
        Assert.Equal(new OutcomeCounts(4, 0, 0, 0, 2), (await _rail.Plans.FindAsync(Alice, plan.Id, default))!.Counts);
    }

    [Fact]
    public async Task A_waiting_job_is_paused_and_waits_on_when_it_is_resumed()
    {
        _operation.Steps = [new(3, TimeSpan.Zero), new(3, TimeSpan.FromMinutes(10))];
        var plan = await StartAsync();
        await UntilAsync(plan, JobState.Waiting);
        await _rail.Jobs.PauseAsync(Alice, plan.JobId!, default);
        await _rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(JobState.Paused, (await _rail.Jobs.FindAsync(Alice, plan.JobId!, default))!.State);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, _operation.Touched.Count);
        await _rail.Jobs.ResumeAsync(Alice, plan.JobId!, default);
        await _rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(6, _operation.Touched.Count);
    }

    [Fact]
    public async Task A_paused_job_does_not_go_on_when_the_state_changed_meanwhile()
    {
        _operation.During = id => id == "item 1" ? _rail.Jobs.PauseAsync(Alice, _rail.Jobs.ListAsync(Alice, new(), default).Result.Jobs.Single().Id, default) : Task.CompletedTask;
        var plan = await StartAsync();
        await _rail.Get<JobHost>().EndOf(plan.JobId!);
        _operation.World = "somebody else's";
        await _rail.Jobs.ResumeAsync(Alice, plan.JobId!, default);
        await _rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(JobState.Stopped, (await _rail.Jobs.FindAsync(Alice, plan.JobId!, default))!.State);
        Assert.Equal(2, _operation.Touched.Count);
    }

    [Fact]
    public async Task The_pace_is_kept()
    {
        _operation.ItemsPerSecond = 0.1;
        var plan = await StartAsync();
        await CountAsync(1);
        await PassAsync(TimeSpan.FromSeconds(9));
        Assert.Single(_operation.Touched);
        await PassAsync(TimeSpan.FromSeconds(1));
        await CountAsync(2);
        await PassAsync(TimeSpan.FromSeconds(40));
        await CountAsync(6);
        await _rail.Get<JobHost>().EndOf(plan.JobId!);
    }

    [Fact]
    public async Task A_read_only_console_holds_running_jobs_after_the_item_in_flight_but_not_an_emergency()
    {
        var stop = new TestOperation { Kind = TestOperation.KindOf("test.stop", OperationDanger.Emergency), Items = ["stop"] };
        var store = new InMemoryDocumentStore(TimeProvider.System);
        await using var rail = new RailKit(store, TimeProvider.System, configure: options => options.JobTick = TimeSpan.FromMilliseconds(20), operations: [_operation, stop]);
        _operation.During = async id =>
        {
            if (id == "item 1")
            {
                var on = await rail.ConfirmedAsync(Carol, "console.read-only.on", "console");
                await rail.Plans.ExecuteAsync(Carol, on.Id, default);
            }
        };
        var plan = await rail.ConfirmedAsync(Alice);
        plan = await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        await rail.Get<JobHost>().EndOf(plan.JobId!);
        var job = await rail.Jobs.FindAsync(Alice, plan.JobId!, default);
        Assert.Equal(JobState.Paused, job!.State);
        Assert.Contains("carol made the console read-only", job.Note, StringComparison.Ordinal);
        Assert.Equal(2, _operation.Touched.Count);

        var emergency = await rail.ConfirmedAsync(Alice, "test.stop");
        Assert.Equal(PlanState.Executed, (await rail.Plans.ExecuteAsync(Alice, emergency.Id, default)).State);
        Assert.Single(stop.Touched);
        var off = await rail.ConfirmedAsync(Carol, "console.read-only.off", "console");
        Assert.Equal(PlanState.Executed, (await rail.Plans.ExecuteAsync(Carol, off.Id, default)).State);
        _operation.During = _ => Task.CompletedTask;
        await rail.Jobs.ResumeAsync(Alice, plan.JobId!, default);
        await rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(6, _operation.Touched.Count);
    }

    [Fact]
    public async Task The_end_of_the_process_ends_after_the_item_in_flight_and_leaves_the_rest_interrupted()
    {
        var release = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _operation.During = async id =>
        {
            if (id != "item 1") return;
            reached.SetResult();
            await release.Task;
        };
        var plan = await StartAsync();
        await reached.Task;
        var stopping = _rail.StopAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping;
        var job = await _rail.Jobs.FindAsync(Alice, plan.JobId!, default);
        Assert.Equal((JobState.Interrupted, 2, 4), (job!.State, job.Counts.Done, job.Counts.NotStarted));
        Assert.Equal(2, _operation.Touched.Count);
        Assert.Equal("JOBS_FULL", (await Assert.ThrowsAsync<RailRefusedException>(async () => await _rail.Plans.ExecuteAsync(Alice, (await _rail.ConfirmedAsync(Alice)).Id, default))).Code);

        // Nothing goes on by itself on the next console, however long it looks.
        await using var next = new RailKit(_store, _time, operations: _operation);
        await next.Watch.LookAsync(default);
        _time.Advance(TimeSpan.FromMinutes(5));
        await next.Watch.LookAsync(default);
        Assert.Equal(2, _operation.Touched.Count);
        await next.Jobs.ResumeAsync(Bob, plan.JobId!, default);
        await next.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(_operation.Items, _operation.Touched);
    }

    [Fact]
    public async Task A_ticket_lasts_ten_minutes_and_the_rest_of_a_slow_batch_gets_another()
    {
        _operation.During = _ => PassAsync(TimeSpan.FromMinutes(3));
        var plan = await StartAsync();
        await _rail.Get<JobHost>().EndOf(plan.JobId!);
        Assert.Equal(_operation.Items, _operation.Touched);
        Assert.Equal(3, _operation.Tickets.Count);
        Assert.Equal(3, _operation.Tickets.Select(ticket => ticket.Expires).Distinct().Count());
    }

    private async Task<Plan> StartAsync()
    {
        var plan = await _rail.ConfirmedAsync(Alice);
        plan = await _rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        _jobId = plan.JobId;
        return plan;
    }

    /// <summary>Lets time pass in small parts, so that what waits for the clock comes to its turn between.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end;)
        {
            var part = TimeSpan.FromSeconds(5);
            if (end - _time.GetUtcNow() < part) part = end - _time.GetUtcNow();
            await TickAsync(part);
        }
    }

    /// <summary>Moves the clock when the job's keeper waits for it, and waits until it does again.</summary>
    private async Task TickAsync(TimeSpan by)
    {
        await WaitAsync(() => _time.Waiting > 0 || HasEnded());
        _time.Advance(by);
        for (var yields = 0; yields < 20; yields++) await Task.Yield();
        await WaitAsync(() => _time.Waiting > 0 || HasEnded());
    }

    private bool HasEnded() => _jobId is not null && !_rail.Get<JobHost>().Runs(_jobId);

    private Task CountAsync(int touched) => WaitAsync(() => _operation.Touched.Count == touched);

    private async Task UntilAsync(Plan plan, JobState state, int step = 1)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(5))
        {
            var job = await _rail.Jobs.FindAsync(Alice, plan.JobId!, default);
            if (job!.State == state && job.Step == step) return;
            Assert.True(DateTime.UtcNow < deadline, $"The job is {job.State} in step {job.Step}: {job.Note}");
        }
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); !condition(); await Task.Delay(1)) Assert.True(DateTime.UtcNow < deadline, "It did not come to that.");
    }

    /// <summary>A clock that can go on without any timer of this process having run, as it does for a process that was stopped.</summary>
    private sealed class LeapingTime(TimeProvider inner) : TimeProvider
    {
        private long _leapt;

        public override long TimestampFrequency => inner.TimestampFrequency;

        public void Leap(TimeSpan by) => Interlocked.Add(ref _leapt, by.Ticks);

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddTicks(Interlocked.Read(ref _leapt));

        public override long GetTimestamp() => inner.GetTimestamp() + Interlocked.Read(ref _leapt);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
    }
}
