using System.Text.Json;
using System.Text.Json.Nodes;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts.Operations;

/// <summary>Changes role and scopes of an account; they hold for its open sessions and its keys at once.</summary>
internal sealed class ChangeRole(IAccounts accounts) : AccountOperation(accounts)
{
    public override OperationKind Kind { get; } = KindOf(
        AccountKinds.Role, "Change role and scope", "Changes what an account may do. Open sessions and keys have the new rights within 60 seconds.", OperationRepeat.Transactional, "user name",
        new("role", "viewer, analyst, operator or administrator.", Required: true), new("scopes", "Worlds, tenants or queues that it is narrowed to, for instance world:crypto, tenant:acme; none: everywhere."));

    public override OperationRequest? Undo(OperationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new(plan.Target, Json(("role", Text(plan.Parameters, "role_before")), ("scopes", Text(plan.Parameters, "scopes_before") ?? "")));
    }

    protected override async Task<AccountPlan> ChangeAsync(Caller caller, string target, JsonElement parameters, CancellationToken cancellation)
    {
        var account = await AccountAsync(caller, target, cancellation);
        var role = RoleOf(parameters);
        var scopes = ScopesOf(parameters);
        if (account.Role == role && account.Scopes.Order(StringComparer.Ordinal).SequenceEqual(scopes)) throw new OperationRefusedException($"{target} is {Words(role, scopes)} already.", "parameter role", "Nothing is needed.");
        if (account.IsLastAdministrator) throw new OperationRefusedException(new LastAdministratorException(target).Message, "target", "Make somebody else administrator first.");
        return new(
            $"Account {target}: {Words(account.Role!, account.Scopes)} → {Words(role, scopes)}",
            Json(("role", role), ("scopes", new JsonArray([.. scopes.Select(scope => JsonValue.Create(scope))])), ("role_before", account.Role), ("scopes_before", string.Join(",", account.Scopes))),
            Words(account.Role!, account.Scopes), Words(role, scopes), $"{target} is still {Words(account.Role!, account.Scopes)}")
        {
            Warnings = account.UserId == caller.UserId ? ["This is your own account: what you may do changes at once."] : [],
        };
    }

    protected override Task DoAsync(OperationBatch batch, RailTicket ticket, AccountChangers by, CancellationToken cancellation) =>
        Accounts.SetRoleAsync(ticket, batch.Plan.Target, RoleOf(batch.Plan.Parameters), ScopesOf(batch.Plan.Parameters), by, batch.ExpectedFingerprint, cancellation);

    protected override ItemOutcome? IsDone(OperationPlan plan, string now)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return now.StartsWith($"{RoleOf(plan.Parameters)} {string.Join(',', ScopesOf(plan.Parameters))} ", StringComparison.Ordinal) ? ItemOutcome.Done : null;
    }
}
