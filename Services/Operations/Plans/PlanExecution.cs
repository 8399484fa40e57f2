using Microsoft.Extensions.Options;
using Qmtl.Operations.Jobs;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>
/// Starts the job of a plan: checks everything again, then takes the plan and makes the job in one commit. Of any number of consoles and clicks one
/// commit wins.
/// </summary>
internal sealed class PlanExecution(
    PlanDocuments documents, PlanMaking making, OperationCatalogue catalogue, JobHost host, RailGuard guard, RailAudit audit, RailFeed feed,
    IOptions<OperationsOptions> options, TimeProvider time)
{
    private const string Action = "plan.execute";
    private readonly OperationsOptions _options = options.Value;

    public async Task<Plan> ExecuteAsync(Caller caller, string planId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        while (true)
        {
            if (await documents.FindHeadAsync(planId, cancellation) is not { } head) throw await making.UnknownAsync(caller, Action, planId);
            await guard.RequireAsync(caller, head.Plan, cancellation);
            var plan = PlanRules.At(head.Plan, time.GetUtcNow());
            if (plan.State is PlanState.Executing or PlanState.Executed && plan.Executed?.UserId == caller.UserId) return await AfterAsync(plan, Task.CompletedTask, cancellation);
            if (PlanRules.Execute(plan) is { } refusal) throw await DenyAsync(caller, plan, refusal);
            if (catalogue.Find(plan.Content.Kind) is not { } operation) throw await DenyAsync(caller, plan, new("KIND_UNKNOWN", $"This console has no operation {plan.Content.Kind}.", "kind", "Execute it on a console that has it."));
            var full = await WholeAsync(caller, head, cancellation);
            if (await MovedAsync(operation, full.Plan, cancellation) is { } moved)
            {
                if (await RefuseAsync(head, moved, cancellation)) throw await DenyAsync(caller, plan, moved);
                continue;
            }

            using var place = host.TryReserve() is { } free ? new JobHost.Held(free) : throw await DenyAsync(caller, plan, new("JOBS_FULL", $"This console carries out {_options.MaxRunningJobs} jobs already, or is ending.", "job", "Try again later, or on another console."));
            if (await TakeAsync(caller, full, place, cancellation) is { } taken) return await AfterAsync(taken.Plan, taken.End, cancellation);
        }
    }

    private async Task<StoredPlan> WholeAsync(Caller caller, StoredPlan head, CancellationToken cancellation)
    {
        try
        {
            return await documents.WithItemsAsync(head, cancellation);
        }
        catch (PlanDamagedException damaged)
        {
            throw await DenyAsync(caller, head.Plan, new("PLAN_DAMAGED", damaged.Message, "plan", "Plan again, and find out who can write to the store."));
        }
    }

    private static async Task<Refusal?> MovedAsync(IOperation operation, Plan plan, CancellationToken cancellation)
    {
        try
        {
            return await operation.FingerprintAsync(plan.Content, cancellation) == plan.Content.Fingerprint
                ? null
                : new("STATE_CHANGED", "The world has moved since the plan was made: what its items depend on is not what it was. Nothing was done.", "plan", "Plan again.");
        }
        catch (OperationRefusedException refused)
        {
            return new("STATE_CHANGED", $"{refused.Message} Nothing was done.", refused.Where, refused.Advice);
        }
    }

    /// <summary>False when somebody changed the plan meanwhile.</summary>
    private async Task<bool> RefuseAsync(StoredPlan head, Refusal moved, CancellationToken cancellation)
    {
        var console = Caller.Console;
        var next = head with
        {
            Plan = head.Plan with { State = PlanState.Refused, Closed = new(console.UserId, console.Name, console.Kind, console.SessionId, time.GetUtcNow(), moved.Message) },
        };
        if (await documents.ChangeAsync(next, [], cancellation) is not { } refused) return false;
        feed.Tell(refused.Plan, PlanNews.Refused);
        return true;
    }

    /// <summary>Plan and job in one commit. Null when somebody changed the plan meanwhile.</summary>
    private async Task<(Plan Plan, Task<JobEnd> End)?> TakeAsync(Caller caller, StoredPlan full, JobHost.Held place, CancellationToken cancellation)
    {
        var plan = full.Plan;
        var lease = await host.NewLeaseAsync(cancellation);
        var now = time.GetUtcNow();
        var stamp = new PlanStamp(caller.UserId, caller.Name, caller.Kind, caller.SessionId, now);
        var wait = plan.Content.Steps is [{ WaitBefore: var first }, ..] && first > TimeSpan.Zero ? first : (TimeSpan?)null;
        var job = new StoredJob
        {
            Lease = lease.Token,
            Caller = caller,
            Scope = plan.Content.Scope,
            Left = plan.Content.Fingerprint,
            Job = new()
            {
                Id = RailIds.New("j-"), PlanId = plan.Id, Kind = plan.Content.Kind, Title = plan.Title, Target = plan.Content.Target, Repeat = plan.Repeat,
                State = wait is null ? JobState.Running : JobState.Waiting, StartedBy = stamp, Counts = new(0, 0, 0, 0, plan.ItemCount),
                Steps = Math.Max(1, plan.Content.Steps.Count), NextStepAt = now + wait, Owner = JobHost.ProcessName, LeaseUntil = lease.Until,
            },
        };
        var next = full with { Plan = plan with { State = PlanState.Executing, Executed = stamp, JobId = job.Job.Id } };
        if (await documents.ChangeAsync(next, [job.Write()], cancellation) is not { } taken) return null;
        feed.Tell(taken.Plan with { Content = plan.Content with { Items = [] } }, PlanNews.None);
        return (taken.Plan, host.Start(place.Pass(), job with { Job = job.Job with { Version = 1 } }, lease, plan, JobStart.Fresh));
    }

    /// <summary>Waits a moment for the end, so that what is quick is answered as done.</summary>
    private async Task<Plan> AfterAsync(Plan plan, Task end, CancellationToken cancellation)
    {
        if (end is Task<JobEnd> running)
        {
            await Task.WhenAny(running, Task.Delay(_options.ExecuteWait, time, cancellation));
            if (running.IsCompletedSuccessfully && (await running).Refused is { } refused) throw await DenyAsync(Executor(plan), plan, refused);
        }

        var head = await documents.FindHeadAsync(plan.Id, CancellationToken.None);
        return head is null ? plan : (await documents.WithItemsAsync(head, CancellationToken.None)).Plan;
    }

    private static Caller Executor(Plan plan) => new() { UserId = plan.Executed!.UserId, Name = plan.Executed.Name, Kind = plan.Executed.Kind, SessionId = plan.Executed.SessionId };

    private Task<RailRefusedException> DenyAsync(Caller caller, Plan plan, Refusal refusal) => audit.DenyAsync(caller, Action, plan.Content.Target, plan.Id, refusal);
}
