using Qmtl.Console.Configuration;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Strategies;
using Qmtl.DagManager;
using Qmtl.Shared.Search;

namespace Qmtl.Console.Search;

/// <summary>Finds queues by topic; leads to the node that writes the queue.</summary>
public sealed class QueueSearch(Available<IDagManager> dagManager, StrategyIndex index, ReadAccess access) : ISearchSource
{
    public string Group => "Queues";

    public int Order => 30;

    public async Task<IReadOnlyList<SearchHit>> SearchAsync(string text, int limit, CancellationToken cancellation)
    {
        if (dagManager.Service is not { } service || !Layout.ConsolePages.Exists("/strategies/{id}") || await index.ReadAsync(access, cancellation) is not { } snapshot) return [];
        var writers = new Dictionary<string, IndexedStrategy>(StringComparer.Ordinal);
        foreach (var strategy in snapshot.Strategies)
        {
            foreach (var node in strategy.Nodes) writers.TryAdd(node.NodeId, strategy);
        }

        var nodes = await service.NodesAsync(writers.Keys, cancellation);
        return
        [
            .. nodes.Values
                .Select(node => (Node: node, Rank: Rank.Of(text, node.Topic)))
                .Where(pair => pair.Rank < Rank.None)
                .OrderBy(pair => pair.Rank).ThenBy(pair => pair.Node.Topic, StringComparer.Ordinal)
                .Take(limit)
                .Select(pair => new SearchHit(
                    pair.Node.Topic,
                    writers[pair.Node.NodeId].Record.DisplayName,
                    $"/strategies/{Uri.EscapeDataString(writers[pair.Node.NodeId].Record.StrategyId)}?node={Uri.EscapeDataString(pair.Node.NodeId)}",
                    "queues")),
        ];
    }
}
