using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Guards;

/// <summary>
/// The catalogue as its reader may see it: without the strategies of worlds that are not his, which are not listed, found, or counted as sharers; of a
/// strategy in several worlds only his are named.
/// </summary>
public sealed class GuardedCatalogue(IStrategyCatalogue inner, ReadAccess access) : IStrategyCatalogue
{
    public async Task<StrategySnapshot> ListAsync(CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.StrategiesRead, "strategies", cancellation);
        var snapshot = await inner.ListAsync(cancellation);
        return visible.IsEverything ? snapshot : snapshot with { Strategies = [.. snapshot.Strategies.Select(strategy => Seen(strategy, visible)).OfType<StrategyRecord>()] };
    }

    public async Task<StrategyRecord?> FindAsync(string strategyId, CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.StrategiesRead, $"strategy {strategyId}", cancellation);
        return await inner.FindAsync(strategyId, cancellation) is { } strategy ? Seen(strategy, visible) : null;
    }

    public async Task<DagDocument?> ReadDagAsync(string strategyId, CancellationToken cancellation) =>
        // Asks for the permission, and knows no strategy of a world that is not the reader's.
        await FindAsync(strategyId, cancellation) is null ? null : await inner.ReadDagAsync(strategyId, cancellation);

    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> SharersAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.StrategiesRead, "strategies", cancellation);
        var sharers = await inner.SharersAsync(nodeIds, cancellation);
        if (visible.IsEverything) return sharers;
        var seen = (await inner.ListAsync(cancellation)).Strategies.Where(strategy => Seen(strategy, visible) is not null).Select(strategy => strategy.StrategyId).ToHashSet(StringComparer.Ordinal);
        return sharers
            .Select(pair => (pair.Key, Value: (IReadOnlyList<string>)[.. pair.Value.Where(seen.Contains)]))
            .Where(pair => pair.Value.Count > 0)
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
    }

    /// <summary>The strategy as it is seen; null when none of its worlds is.</summary>
    internal static StrategyRecord? Seen(StrategyRecord strategy, Visible visible)
    {
        if (visible.IsEverything) return strategy;
        var worlds = visible.Worlds(strategy.WorldIds);
        return worlds.Count == 0 ? null : worlds.Count == strategy.WorldIds.Count ? strategy : strategy with { WorldIds = worlds };
    }
}
