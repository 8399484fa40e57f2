using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts.Operations;

/// <summary>Revokes somebody's API key.</summary>
internal sealed class RevokeKey(IAccounts accounts) : AccountOperation(accounts)
{
    public override OperationKind Kind { get; } = KindOf(AccountKinds.RevokeKey, "Revoke a key", "The key loses its powers within 60 seconds. There is no way back: another is made.", OperationRepeat.KeyedIdempotent, "key id");

    protected override bool NeedsAccounts => false;

    protected override async Task<AccountPlan> ChangeAsync(Caller caller, string target, JsonElement parameters, CancellationToken cancellation)
    {
        var owner = (await Accounts.ListAsync(caller, cancellation)).FirstOrDefault(account => account.Keys.Any(key => key.Id == target))
            ?? throw new OperationRefusedException("There is no such key.", "target", "Look at the Access page for those there are.");
        var key = owner.Keys.First(key => key.Id == target);
        return new($"Key “{key.Name}” (…{key.Ending}) of {owner.Name}: revoked", Json(), $"“{key.Name}” of {owner.Name}, until {key.ExpiresAt:yyyy-MM-dd}", null, "The key still stands");
    }

    protected override Task DoAsync(OperationBatch batch, RailTicket ticket, AccountChangers by, CancellationToken cancellation) =>
        Accounts.RevokeKeyAsync(ticket, batch.Plan.Target, by, batch.ExpectedFingerprint, cancellation);

    protected override ItemOutcome? IsDone(OperationPlan plan, string now) => ItemOutcome.Done;
}
