using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

/// <summary>Each privileged method of plans and jobs asks for the right permission, and without it nothing happens.</summary>
public sealed class RailDenialTests
{
    private const string Scope = "world:crypto";

    /// <summary>Method, the permission that is taken away, where, and the state that the plan is brought to before.</summary>
    public static TheoryData<string, string, string?> Methods { get; } = new()
    {
        { nameof(IPlans.CreateAsync), Permissions.WorldApply, Scope },
        { nameof(IPlans.DoAsync), Permissions.WorldApply, Scope },
        { nameof(IPlans.ConfirmAsync), Permissions.WorldApply, Scope },
        { nameof(IPlans.ApproveAsync), Permissions.WorldApply, Scope },
        { nameof(IPlans.ApproveAsync), Permissions.PlansApprove, null },
        { nameof(IPlans.RejectAsync), Permissions.WorldApply, Scope },
        { nameof(IPlans.RejectAsync), Permissions.PlansApprove, null },
        { nameof(IPlans.WithdrawAsync), Permissions.PlansRead, null },
        { nameof(IPlans.ExecuteAsync), Permissions.WorldApply, Scope },
        { nameof(IPlans.PlanUndoAsync), Permissions.WorldApply, Scope },
        { nameof(IPlans.ReviewAsync), Permissions.PlansReview, null },
        { nameof(IPlans.FindAsync), Permissions.PlansRead, null },
        { nameof(IPlans.ListAsync), Permissions.PlansRead, null },
        { nameof(IPlans.ChoicesAsync), Permissions.PlansRead, null },
        { "Job" + nameof(IJobs.FindAsync), Permissions.JobsRead, null },
        { "Job" + nameof(IJobs.ListAsync), Permissions.JobsRead, null },
        { "Job" + nameof(IJobs.ItemsAsync), Permissions.JobsRead, null },
        { "Job" + nameof(IJobs.PauseAsync), Permissions.JobsControl, null },
        { "Job" + nameof(IJobs.PauseAsync), Permissions.WorldApply, Scope },
        { "Job" + nameof(IJobs.ResumeAsync), Permissions.JobsControl, null },
        { "Job" + nameof(IJobs.ResumeAsync), Permissions.WorldApply, Scope },
        { "Job" + nameof(IJobs.CancelAsync), Permissions.JobsControl, null },
        { "Job" + nameof(IJobs.CancelAsync), Permissions.WorldApply, Scope },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Without_the_permission_nothing_happens(string method, string permission, string? scope)
    {
        var store = new InMemoryDocumentStore(TimeProvider.System);
        var kind = TestOperation.KindOf("test.change", method switch
        {
            nameof(IPlans.DoAsync) => OperationDanger.Harmless,
            nameof(IPlans.ReviewAsync) => OperationDanger.Emergency,
            nameof(IPlans.ApproveAsync) or nameof(IPlans.RejectAsync) => OperationDanger.Grave,
            _ => OperationDanger.Ordinary,
        });
        var release = new TaskCompletionSource();
        var operation = new TestOperation { Kind = kind, Scope = Scope, Items = ["one", "two"] };
        await using var rail = new RailKit(store, TimeProvider.System, configure: options => options.ExecuteWait = TimeSpan.FromMilliseconds(50), operations: operation);
        var (plan, jobId) = await PrepareAsync(rail, operation, method, release);
        var (touched, records, before) = (operation.Touched.Count, rail.Audit.Records.Count, await SnapshotAsync(store, plan, jobId));

        rail.Authorizer.Asked.Clear();
        rail.Authorizer.Allows = (_, asked, where) => asked != permission || (scope is null ? false : where is not null && where != scope);
        var denied = await Assert.ThrowsAsync<PermissionDeniedException>(() => CallAsync(rail, method, plan, jobId));
        Assert.Equal(permission, denied.Permission);
        Assert.Contains(rail.Authorizer.Asked, asked => asked.Permission == permission && asked.User == Bob.UserId);
        Assert.Equal(touched, operation.Touched.Count);
        Assert.Equal(records, rail.Audit.Records.Count);
        Assert.Equal(before, await SnapshotAsync(store, plan, jobId));

        // The same call with the permission is not refused for want of it: the test would notice if the method refused everything.
        rail.Authorizer.Allows = (_, _, _) => true;
        await CallAsync(rail, method, plan, jobId);
        release.TrySetResult();
        await rail.StopAsync();
    }

    [Fact]
    public async Task Asked_for_where_the_plan_is_about()
    {
        await using var rail = new RailKit(new InMemoryDocumentStore(TimeProvider.System), TimeProvider.System, operations: new TestOperation { Scope = Scope });
        await rail.ConfirmedAsync(Alice);
        Assert.Contains((Alice.UserId, Permissions.WorldApply, Scope), rail.Authorizer.Asked);
    }

    [Fact]
    public async Task Who_may_not_read_a_world_sees_no_plan_or_job_about_it()
    {
        await using var rail = new RailKit(new InMemoryDocumentStore(TimeProvider.System), TimeProvider.System, operations: new TestOperation { Scope = Scope });
        var plan = await rail.ConfirmedAsync(Alice);
        plan = await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        rail.Authorizer.Allows = (caller, permission, _) => caller.UserId != Bob.UserId || permission != Permissions.WorldsRead;
        Assert.Null(await rail.Plans.FindAsync(Bob, plan.Id, default));
        Assert.Empty((await rail.Plans.ListAsync(Bob, new(PlanList.Recent), default)).Plans);
        Assert.Null(await rail.Jobs.FindAsync(Bob, plan.JobId!, default));
        Assert.Empty((await rail.Jobs.ListAsync(Bob, new(), default)).Jobs);
        Assert.Empty(await rail.Jobs.ItemsAsync(Bob, plan.JobId!, null, 0, 10, default));
        Assert.NotNull(await rail.Plans.FindAsync(Carol, plan.Id, default));
    }

    private static async Task<(Plan Plan, string? JobId)> PrepareAsync(RailKit rail, TestOperation operation, string method, TaskCompletionSource release)
    {
        var author = method == nameof(IPlans.WithdrawAsync) ? Bob : Alice;
        if (method is nameof(IPlans.ConfirmAsync) or nameof(IPlans.CreateAsync) or nameof(IPlans.DoAsync)) return (await rail.PlanAsync(author), null);
        var plan = await rail.ConfirmedAsync(author);
        if (method.StartsWith("Job", StringComparison.Ordinal)) operation.During = _ => release.Task;
        if (method is nameof(IPlans.PlanUndoAsync) or nameof(IPlans.ReviewAsync) || method.StartsWith("Job", StringComparison.Ordinal)) plan = await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        if (method != "Job" + nameof(IJobs.ResumeAsync)) return (plan, plan.JobId);
        await rail.Jobs.PauseAsync(Alice, plan.JobId!, default);
        release.SetResult();
        await rail.Get<JobHost>().EndOf(plan.JobId!);
        return (plan, plan.JobId);
    }

    private static Task CallAsync(RailKit rail, string method, Plan plan, string? jobId) => method switch
    {
        nameof(IPlans.CreateAsync) => rail.PlanAsync(Bob),
        nameof(IPlans.DoAsync) => rail.Plans.DoAsync(Bob, new("test.change", "thing", default, "because"), default),
        nameof(IPlans.ConfirmAsync) => rail.Plans.ConfirmAsync(Bob, plan.Id, new(plan.Digest, "sure"), default),
        nameof(IPlans.ApproveAsync) => rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default),
        nameof(IPlans.RejectAsync) => rail.Plans.RejectAsync(Bob, plan.Id, "no", default),
        nameof(IPlans.WithdrawAsync) => rail.Plans.WithdrawAsync(Bob, plan.Id, "no", default),
        nameof(IPlans.ExecuteAsync) => rail.Plans.ExecuteAsync(Bob, plan.Id, default),
        nameof(IPlans.PlanUndoAsync) => rail.Plans.PlanUndoAsync(Bob, plan.Id, "back", default),
        nameof(IPlans.ReviewAsync) => rail.Plans.ReviewAsync(Bob, plan.Id, "was right", default),
        nameof(IPlans.FindAsync) => rail.Plans.FindAsync(Bob, plan.Id, default),
        nameof(IPlans.ListAsync) => rail.Plans.ListAsync(Bob, new(PlanList.Recent), default),
        nameof(IPlans.ChoicesAsync) => rail.Plans.ChoicesAsync(Bob, plan, default),
        "JobFindAsync" => rail.Jobs.FindAsync(Bob, jobId!, default),
        "JobListAsync" => rail.Jobs.ListAsync(Bob, new(), default),
        "JobItemsAsync" => rail.Jobs.ItemsAsync(Bob, jobId!, null, 0, 10, default),
        "JobPauseAsync" => rail.Jobs.PauseAsync(Bob, jobId!, default),
        "JobResumeAsync" => rail.Jobs.ResumeAsync(Bob, jobId!, default),
        "JobCancelAsync" => rail.Jobs.CancelAsync(Bob, jobId!, "no", default),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method of the rail."),
    };

    /// <summary>What is stored of plan and job, but for the lease, which a running job renews.</summary>
    private static async Task<string> SnapshotAsync(InMemoryDocumentStore store, Plan plan, string? jobId)
    {
        var job = jobId is null ? null : await store.FindAsync(StoredJob.Kind, jobId, default);
        var plans = await store.CountAsync(StoredPlan.Kind, null, default);
        var read = job is null ? null : StoredJob.Read(job);
        return $"{plans} {(await store.FindAsync(StoredPlan.Kind, plan.Id, default))!.Body} {read?.Job.State} {read?.Wish}";
    }
}
