using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>The rail for plans: the one way in which anything is changed. Each method asks for the caller's permission and records.</summary>
public interface IPlans
{
    /// <summary>The kinds that this console can plan, with the policy in force for each.</summary>
    IReadOnlyList<PlannedKind> Kinds { get; }

    /// <summary>Works out and stores a plan. A key may.</summary>
    /// <exception cref="RailRefusedException"/>
    /// <exception cref="PermissionDeniedException"/>
    Task<Plan> CreateAsync(Caller caller, PlanRequest request, CancellationToken cancellation);

    /// <summary>A kind that is immediate: plan, confirm and execute in one call.</summary>
    Task<Plan> DoAsync(Caller caller, PlanRequest request, CancellationToken cancellation);

    /// <summary>A person says: this, for this reason. The digest is that of the plan which the person read.</summary>
    Task<Plan> ConfirmAsync(Caller caller, string planId, PlanConfirmation confirmation, CancellationToken cancellation);

    Task<Plan> ApproveAsync(Caller caller, string planId, string digest, string note, CancellationToken cancellation);

    Task<Plan> RejectAsync(Caller caller, string planId, string reason, CancellationToken cancellation);

    /// <summary>By the author alone.</summary>
    Task<Plan> WithdrawAsync(Caller caller, string planId, string reason, CancellationToken cancellation);

    /// <summary>Starts the job; returns when it has ended or after two seconds, whichever comes first. Twice is once.</summary>
    Task<Plan> ExecuteAsync(Caller caller, string planId, CancellationToken cancellation);

    /// <summary>Makes the plan that takes an executed one back.</summary>
    Task<Plan> PlanUndoAsync(Caller caller, string planId, string reason, CancellationToken cancellation);

    /// <summary>Says that a second person has looked at an emergency afterwards.</summary>
    Task<Plan> ReviewAsync(Caller caller, string planId, string note, CancellationToken cancellation);

    Task<Plan?> FindAsync(Caller caller, string planId, CancellationToken cancellation);

    Task<PlanPage> ListAsync(Caller caller, PlanQuery query, CancellationToken cancellation);

    /// <summary>For the navigation: plans that wait for this caller.</summary>
    Task<PlanCounts> CountAsync(Caller caller, CancellationToken cancellation);

    /// <summary>What this caller may do to this plan now, and why not, and from when.</summary>
    Task<PlanChoices> ChoicesAsync(Caller caller, Plan plan, CancellationToken cancellation);

    /// <summary>Raised in this process after a plan was stored with a new state, by whatever console when it is noticed (a few seconds).</summary>
    event Action<Plan> Changed;
}

/// <summary>A kind with its policy.</summary>
/// <param name="PolicySource">Where the policy comes from: the default of its danger, or the setting by name.</param>
public sealed record PlannedKind(OperationKind Kind, PlanPolicy Policy, string PolicySource)
{
    /// <summary>Plans of more items than this, and grave ones, ask for a typed name and a second person besides; null: never.</summary>
    public int? Bulk { get; init; }
}

/// <summary>What somebody wants planned.</summary>
/// <param name="Parameters">A JSON object; undefined is none.</param>
/// <param name="Reason">Not empty.</param>
public sealed record PlanRequest(string Kind, string Target, JsonElement Parameters, string Reason);

/// <summary>A confirmation.</summary>
/// <param name="Digest">Of the plan as it was read.</param>
/// <param name="TypedTarget">What the person typed; needed when the policy asks.</param>
public sealed record PlanConfirmation(string Digest, string Reason, string? TypedTarget = null);

/// <summary>Which plans.</summary>
public enum PlanList
{
    Recent,
    Mine,

    /// <summary>Those that this caller could approve, and emergencies to review.</summary>
    WaitingForMe,
}

public sealed record PlanQuery(PlanList List)
{
    public IReadOnlyList<PlanState> States { get; init; } = [];

    public string? Kind { get; init; }

    public string? Target { get; init; }

    public string? Text { get; init; }

    /// <summary>From <see cref="PlanPage.Next"/>.</summary>
    public string? After { get; init; }

    public int Limit { get; init; } = 100;
}

/// <param name="Next">Null at the end.</param>
public sealed record PlanPage(IReadOnlyList<Plan> Plans, string? Next);

public sealed record PlanCounts(int WaitingForMe, int Mine);

/// <summary>What a caller may do to a plan.</summary>
public sealed record PlanChoices(PlanChoice Confirm, PlanChoice Approve, PlanChoice Reject, PlanChoice Withdraw, PlanChoice Execute, PlanChoice Undo, PlanChoice Review);

/// <param name="Reason">Why not, for people; empty when allowed.</param>
/// <param name="AllowedFrom">When it would be allowed; null when waiting does not help.</param>
public sealed record PlanChoice(bool Allowed, string Reason = "", DateTimeOffset? AllowedFrom = null);

/// <summary>The rail refused; nothing happened. Recorded.</summary>
/// <param name="code">Stable, upper case: <c>PLAN_EXPIRED</c>, <c>STATE_CHANGED</c>, <c>OWN_PLAN</c>, <c>NEEDS_PERSON</c>, …</param>
/// <param name="where">The field, or what it is about.</param>
/// <param name="advice">What to do.</param>
public sealed class RailRefusedException(string code, string message, string where, string advice) : Exception(message)
{
    public string Code { get; } = code;

    public string Where { get; } = where;

    public string Advice { get; } = advice;
}
