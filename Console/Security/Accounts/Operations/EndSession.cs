using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts.Operations;

/// <summary>Ends somebody's session.</summary>
internal sealed class EndSession(IAccounts accounts) : AccountOperation(accounts)
{
    public override OperationKind Kind { get; } = KindOf(AccountKinds.EndSession, "End a session", "Its pages lose their powers within 60 seconds. Its owner can sign in again.", OperationRepeat.KeyedIdempotent, "session id");

    protected override bool NeedsAccounts => false;

    protected override async Task<AccountPlan> ChangeAsync(Caller caller, string target, JsonElement parameters, CancellationToken cancellation)
    {
        var owner = (await Accounts.ListAsync(caller, cancellation)).FirstOrDefault(account => account.Sessions.Any(session => session.Id == target))
            ?? throw new OperationRefusedException("There is no such session, or it has ended.", "target", "Look at the Access page for those there are.");
        var session = owner.Sessions.First(session => session.Id == target);
        var words = $"{owner.Name}, {session.Client}{(session.Address is null ? "" : $", from {session.Address}")}, since {session.CreatedAt:yyyy-MM-dd HH:mm} UTC";
        return new($"Session of {owner.Name} on {session.Client}: ended", Json(), words, null, "The session still stands");
    }

    protected override Task DoAsync(OperationBatch batch, RailTicket ticket, AccountChangers by, CancellationToken cancellation) =>
        Accounts.EndSessionAsync(ticket, batch.Plan.Target, batch.ExpectedFingerprint, cancellation);

    protected override ItemOutcome? IsDone(OperationPlan plan, string now) => ItemOutcome.Done;
}
