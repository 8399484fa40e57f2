using Qmtl.Gateway;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Families;

/// <summary>A catalogue in which submissions without a family in <c>meta</c> carry the one that a user gave them.</summary>
public sealed class GroupedCatalogue(IStrategyCatalogue inner, FamilyGroups groups) : IStrategyCatalogue
{
    public async Task<StrategySnapshot> ListAsync(CancellationToken cancellation)
    {
        var snapshot = await inner.ListAsync(cancellation);
        return groups.Current.Count == 0 ? snapshot : snapshot with { Strategies = [.. snapshot.Strategies.Select(Grouped)] };
    }

    public async Task<StrategyRecord?> FindAsync(string strategyId, CancellationToken cancellation) =>
        await inner.FindAsync(strategyId, cancellation) is { } strategy ? Grouped(strategy) : null;

    public Task<DagDocument?> ReadDagAsync(string strategyId, CancellationToken cancellation) => inner.ReadDagAsync(strategyId, cancellation);

    public Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> SharersAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation) =>
        inner.SharersAsync(nodeIds, cancellation);

    private StrategyRecord Grouped(StrategyRecord strategy) =>
        strategy.Family is null && groups.Current.TryGetValue(strategy.StrategyId, out var family)
            ? strategy with { Family = family, FamilyIsGrouped = true }
            : strategy;
}
