using Microsoft.Extensions.Options;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>Nobody approves a plan of one who made or changed the approver's account shortly before it: a second account is no second person.</summary>
internal sealed class AccountRule(IAccountHistory history, IOptions<OperationsOptions> options)
{
    public async ValueTask<Refusal?> RefuseAsync(Caller approver, Plan plan, CancellationToken cancellation)
    {
        var counts = options.Value.AccountChangeCounts;
        foreach (var by in new[] { plan.Author, plan.Confirmed }.OfType<PlanStamp>().DistinctBy(stamp => stamp.UserId))
        {
            if (by.UserId == approver.UserId) continue;
            if (await history.ChangeByAsync(approver.UserId, by.UserId, plan.Author.At - counts, cancellation) is { } change) return PlanRules.AccountChanged(by, change, counts);
        }

        return null;
    }
}

/// <summary>Where the console keeps no accounts, nobody changes any here.</summary>
internal sealed class NoAccountHistory : IAccountHistory
{
    public ValueTask<AccountChange?> ChangeByAsync(string userId, string changedBy, DateTimeOffset since, CancellationToken cancellation) => ValueTask.FromResult<AccountChange?>(null);
}
