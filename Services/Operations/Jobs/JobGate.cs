using Qmtl.Operations.Plans;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>
/// Whether a running job may touch further items: not while the console is read-only, but for the switch itself, and not when whoever executes it has
/// lost the right. Emergencies go on. Asked before each item, from memory.
/// </summary>
internal sealed class JobGate(IReadOnlySwitch readOnly, RailGuard guard, Caller executor, TimeProvider time)
{
    // Where sessions tell what somebody may do all of them are looked through: not for each of ten thousand items a second.
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private Answer? _answer;

    /// <summary>Why not, or null.</summary>
    public string? Closed(Plan plan)
    {
        if (plan.Danger == OperationDanger.Emergency) return null;
        if (readOnly.IsOn && plan.Permission != Permissions.ReadOnlyChange) return $"{readOnly.ByName} made the console read-only at {readOnly.Since:yyyy-MM-dd HH:mm:ss} UTC: {readOnly.Reason}";
        var answer = Volatile.Read(ref _answer);
        if (answer is null || time.GetElapsedTime(answer.At) >= AskAgain) Volatile.Write(ref _answer, answer = new(time.GetTimestamp(), guard.DecideGoingOn(executor, plan)));
        return answer.Decision.Allowed ? null : $"{executor.Name}, who executed it, may no longer do this. {answer.Decision.Reason} Somebody who may resumes or cancels it.";
    }

    private sealed record Answer(long At, AccessDecision Decision);
}
