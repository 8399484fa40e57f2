using System.Text.Json;
using System.Text.Json.Nodes;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts.Operations;

/// <summary>Adds an account, and makes the link by which its owner sets the first password.</summary>
internal sealed class AddAccount(IAccounts accounts, OneTimeSecrets secrets, TimeProvider time) : AccountOperation(accounts)
{
    public override OperationKind Kind { get; } = KindOf(
        AccountKinds.Add, "Add an account", "Adds an account without a password. Whoever executes it sees, once, a link by which the owner sets one.", OperationRepeat.Transactional, "user name",
        new("name", "Name for people."), new("role", "viewer, analyst, operator or administrator.", Required: true), new("scopes", "Worlds, tenants or queues that it is narrowed to, for instance world:crypto, tenant:acme; none: everywhere."));

    public override OperationRequest? Undo(OperationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new(plan.Target, Json()) { Kind = AccountKinds.Disable };
    }

    protected override async Task<AccountPlan> ChangeAsync(Caller caller, string target, JsonElement parameters, CancellationToken cancellation)
    {
        if (await Accounts.FindAsync(caller, Account.UserIdPrefix + target, cancellation) is { UserName: not null }) throw new OperationRefusedException($"There is an account {target} already.", "target", "Choose another user name, or enable that account.");
        var name = Text(parameters, "name") ?? target;
        if (AccountNames.DisplayProblem(name) is { } problem) throw new OperationRefusedException(problem, "parameter name", "Correct it or leave it out.");
        var role = RoleOf(parameters);
        var scopes = ScopesOf(parameters);
        return new(
            $"New account {target}: {Words(role, scopes)}",
            Json(("name", name), ("role", role), ("scopes", new JsonArray([.. scopes.Select(scope => JsonValue.Create(scope))]))),
            null, Words(role, scopes), $"No account is called {target}")
        {
            Warnings = role == Roles.Administrator && scopes.Count == 0 ? ["An administrator can change every account, this one of yours included."] : [],
        };
    }

    protected override async Task DoAsync(OperationBatch batch, RailTicket ticket, AccountChangers by, CancellationToken cancellation)
    {
        var plan = batch.Plan;
        var account = new NewAccount(plan.Target, Text(plan.Parameters, "name") ?? plan.Target, RoleOf(plan.Parameters), ScopesOf(plan.Parameters));
        var token = await Accounts.AddAsync(ticket, account, by, batch.ExpectedFingerprint, cancellation);
        secrets.Put(batch.Caller, ticket.OperationId, PasswordLinks.Secret(plan.Target, token, time.GetUtcNow()));
    }

    protected override ItemOutcome? IsDone(OperationPlan plan, string now) => ItemOutcome.Done;
}
