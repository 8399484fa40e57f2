using System.Globalization;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Strategies;
using Qmtl.Gateway;
using Qmtl.Shared.Search;

namespace Qmtl.Console.Search;

/// <summary>Finds strategies by family, version, id, sentinel, tag and world.</summary>
public sealed class StrategySearch(Configuration.Available<IStrategyCatalogue> catalogue) : ISearchSource
{
    public string Group => "Strategies";

    public int Order => 10;

    public async Task<IReadOnlyList<SearchHit>> SearchAsync(string text, int limit, CancellationToken cancellation)
    {
        if (catalogue.Service is not { } service || !Layout.ConsolePages.Exists("/strategies/{id}")) return [];
        var all = await service.ListAsync(cancellation);
        return
        [
            .. all.Strategies
                .Select(strategy => (Strategy: strategy, Rank: Rank.Of(text, [strategy.DisplayName, strategy.StrategyId, strategy.SentinelId, .. strategy.Tags, .. strategy.WorldIds])))
                .Where(pair => pair.Rank < Rank.None)
                .OrderBy(pair => pair.Rank)
                .Take(limit)
                .Select(pair => new SearchHit(
                    pair.Strategy.DisplayName,
                    string.Create(CultureInfo.InvariantCulture, $"{pair.Strategy.State.ToString().ToLowerInvariant()} · {pair.Strategy.NodeCount} nodes{(pair.Strategy.WorldIds.Count == 0 ? "" : " · " + string.Join(", ", pair.Strategy.WorldIds))}"),
                    $"/strategies/{Uri.EscapeDataString(pair.Strategy.StrategyId)}",
                    "strategies")),
        ];
    }
}

/// <summary>Finds nodes by name, id, type and tag.</summary>
public sealed class NodeSearch(StrategyIndex index, ReadAccess access) : ISearchSource
{
    public string Group => "Nodes";

    public int Order => 20;

    public async Task<IReadOnlyList<SearchHit>> SearchAsync(string text, int limit, CancellationToken cancellation)
    {
        if (!Layout.ConsolePages.Exists("/strategies/{id}") || await index.ReadAsync(access, cancellation) is not { } snapshot) return [];
        var found = new List<(int Rank, IndexedNode Node, IndexedStrategy Strategy)>();
        // A node that several strategies share is found once, in the newest of them.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var strategy in snapshot.Strategies)
        {
            foreach (var node in strategy.Nodes)
            {
                var rank = Rank.Of(text, [node.Name, node.NodeId, node.NodeType, .. node.Tags]);
                if (rank < Rank.None && seen.Add(node.NodeId)) found.Add((rank, node, strategy));
            }
        }

        return
        [
            .. found.OrderBy(hit => hit.Rank).Take(limit).Select(hit => new SearchHit(
                hit.Node.Name ?? Components.Text.Middle.Cut(hit.Node.NodeId, 24),
                $"{hit.Node.NodeType} · {hit.Strategy.Record.DisplayName}",
                $"/strategies/{Uri.EscapeDataString(hit.Strategy.Record.StrategyId)}?node={Uri.EscapeDataString(hit.Node.NodeId)}",
                "node")),
        ];
    }
}
