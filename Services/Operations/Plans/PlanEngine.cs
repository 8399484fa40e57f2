using Qmtl.Operations.Policies;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>The rail: puts its parts together. Each part asks for permissions and records.</summary>
internal sealed class PlanEngine : IPlans
{
    private readonly PlanMaking _making;
    private readonly PlanDecisions _decisions;
    private readonly PlanExecution _execution;
    private readonly PlanReading _reading;

    public PlanEngine(PlanMaking making, PlanDecisions decisions, PlanExecution execution, PlanReading reading, OperationCatalogue catalogue, PolicyBook policies, RailFeed feed)
    {
        (_making, _decisions, _execution, _reading) = (making, decisions, execution, reading);
        Kinds = [.. catalogue.All.Select(operation => policies.Shown(operation.Kind))];
        feed.PlanChanged += plan => Changed?.Invoke(plan);
    }

    public event Action<Plan>? Changed;

    public IReadOnlyList<PlannedKind> Kinds { get; }

    public async Task<Plan> CreateAsync(Caller caller, PlanRequest request, CancellationToken cancellation) =>
        (await _making.MakeAsync(caller, request, immediate: false, cancellation)).Plan;

    public async Task<Plan> DoAsync(Caller caller, PlanRequest request, CancellationToken cancellation)
    {
        var made = await _making.MakeAsync(caller, request, immediate: true, cancellation);
        return await _execution.ExecuteAsync(caller, made.Plan.Id, cancellation);
    }

    public Task<Plan> ConfirmAsync(Caller caller, string planId, PlanConfirmation confirmation, CancellationToken cancellation) => _decisions.ConfirmAsync(caller, planId, confirmation, cancellation);

    public Task<Plan> ApproveAsync(Caller caller, string planId, string digest, string note, CancellationToken cancellation) => _decisions.ApproveAsync(caller, planId, digest, note, cancellation);

    public Task<Plan> RejectAsync(Caller caller, string planId, string reason, CancellationToken cancellation) => _decisions.RejectAsync(caller, planId, reason, cancellation);

    public Task<Plan> WithdrawAsync(Caller caller, string planId, string reason, CancellationToken cancellation) => _decisions.WithdrawAsync(caller, planId, reason, cancellation);

    public Task<Plan> ExecuteAsync(Caller caller, string planId, CancellationToken cancellation) => _execution.ExecuteAsync(caller, planId, cancellation);

    public async Task<Plan> PlanUndoAsync(Caller caller, string planId, string reason, CancellationToken cancellation) => (await _making.UndoAsync(caller, planId, reason, cancellation)).Plan;

    public Task<Plan> ReviewAsync(Caller caller, string planId, string note, CancellationToken cancellation) => _decisions.ReviewAsync(caller, planId, note, cancellation);

    public Task<Plan?> FindAsync(Caller caller, string planId, CancellationToken cancellation) => _reading.FindAsync(caller, planId, cancellation);

    public Task<PlanPage> ListAsync(Caller caller, PlanQuery query, CancellationToken cancellation) => _reading.ListAsync(caller, query, cancellation);

    public Task<PlanCounts> CountAsync(Caller caller, CancellationToken cancellation) => _reading.CountAsync(caller, cancellation);

    public Task<PlanChoices> ChoicesAsync(Caller caller, Plan plan, CancellationToken cancellation) => _reading.ChoicesAsync(caller, plan, cancellation);
}
