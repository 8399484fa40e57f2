using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts.Operations;

/// <summary>Makes a single-use link by which the owner of an account sets a new password.</summary>
internal sealed class HandOutPasswordLink(IAccounts accounts, OneTimeSecrets secrets, TimeProvider time) : AccountOperation(accounts)
{
    public override OperationKind Kind { get; } = KindOf(
        AccountKinds.PasswordLink, "Hand out a password link", "Makes a link by which the owner sets a new password: one use, 24 hours. Whoever executes it sees the link once.", OperationRepeat.AtMostOnce);

    // The link leaves no trace in the account.
    protected override ItemOutcome? Unchanged => null;

    protected override async Task<AccountPlan> ChangeAsync(Caller caller, string target, JsonElement parameters, CancellationToken cancellation)
    {
        var account = await AccountAsync(caller, target, cancellation);
        if (account.IsDisabled) throw new OperationRefusedException($"The account {target} is disabled.", "target", "Enable it first.");
        return new($"A password link for {target}, for 24 hours", Json(), account.HasPassword ? "a password" : "no password yet", "a password link that waits", $"{target} is still enabled")
        {
            Warnings = ["Whoever has the link can set the password: hand it to nobody but the account's owner. Earlier links no longer count."],
        };
    }

    protected override async Task DoAsync(OperationBatch batch, RailTicket ticket, AccountChangers by, CancellationToken cancellation)
    {
        var token = await Accounts.MakePasswordLinkAsync(ticket, batch.Plan.Target, by, batch.ExpectedFingerprint, cancellation);
        secrets.Put(batch.Caller, ticket.OperationId, PasswordLinks.Secret(batch.Plan.Target, token, time.GetUtcNow()));
    }
}
