using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts.Operations;

/// <summary>Disables or enables an account; each is the other's undo.</summary>
internal sealed class SwitchAccount(bool disable, IAccounts accounts) : AccountOperation(accounts)
{
    public override OperationKind Kind { get; } = disable
        ? KindOf(AccountKinds.Disable, "Disable an account", "Its sessions and keys lose their powers within 60 seconds, and nobody signs in with it.", OperationRepeat.Transactional)
        : KindOf(AccountKinds.Enable, "Enable an account", "Its owner can sign in again, with the password as it was.", OperationRepeat.Transactional);

    public override OperationRequest? Undo(OperationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new(plan.Target, Json()) { Kind = disable ? AccountKinds.Enable : AccountKinds.Disable };
    }

    protected override async Task<AccountPlan> ChangeAsync(Caller caller, string target, JsonElement parameters, CancellationToken cancellation)
    {
        var account = await AccountAsync(caller, target, cancellation);
        if (account.IsDisabled == disable) throw new OperationRefusedException($"The account {target} is {Word(disable)} already.", "target", "Nothing is needed.");
        if (disable && account.IsLastAdministrator) throw new OperationRefusedException(new LastAdministratorException(target).Message, "target", "Make somebody else administrator first.");
        return new($"Account {target}: {Word(!disable)} → {Word(disable)}", Json(), Word(!disable), Word(disable), $"{target} is still {Word(!disable)}, with the role {account.Role}")
        {
            Warnings = disable && account.UserId == caller.UserId ? ["This is your own account: you are signed out at once."] : disable ? [$"{account.Sessions.Count} sessions and {account.Keys.Count} keys lose their powers."] : [],
        };
    }

    protected override Task DoAsync(OperationBatch batch, RailTicket ticket, AccountChangers by, CancellationToken cancellation) =>
        Accounts.SetDisabledAsync(ticket, batch.Plan.Target, disable, by, batch.ExpectedFingerprint, cancellation);

    protected override ItemOutcome? IsDone(OperationPlan plan, string now) => now.Contains(Word(disable), StringComparison.Ordinal) ? ItemOutcome.Done : null;

    private static string Word(bool disabled) => disabled ? "disabled" : "enabled";
}
