namespace Qmtl.Operations.Plans;

/// <summary>Knows who made or changed whose account, role or key. Asked before an approval counts.</summary>
public interface IAccountHistory
{
    /// <summary>
    /// The newest change of a user's account, role, scope, password link or keys that another user made at or after a time; null when there is none.
    /// </summary>
    ValueTask<AccountChange?> ChangeByAsync(string userId, string changedBy, DateTimeOffset since, CancellationToken cancellation);
}

/// <param name="What">In words: "made the account", "changed the role".</param>
public sealed record AccountChange(DateTimeOffset At, string What);
