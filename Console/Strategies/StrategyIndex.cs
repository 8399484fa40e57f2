using System.Collections.Immutable;
using Qmtl.Console.Configuration;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Strategies;

/// <summary>A node as the index holds it.</summary>
public sealed record IndexedNode(string NodeId, string? Name, string NodeType, IReadOnlyList<string> Tags);

/// <summary>A strategy with what its DAG tells.</summary>
/// <param name="Record">As listed.</param>
/// <param name="Nodes">Nodes in list order.</param>
/// <param name="WrongIds">Nodes whose id is not the one their content gives.</param>
public sealed record IndexedStrategy(StrategyRecord Record, IReadOnlyList<IndexedNode> Nodes, int WrongIds);

/// <summary>All strategies with their nodes at one moment.</summary>
/// <param name="Strategies">Newest first.</param>
/// <param name="Skipped">Strategies that were left out because a bound was reached.</param>
/// <param name="Source">Where they were read.</param>
/// <param name="ReadAt">When, UTC.</param>
public sealed record StrategyIndexSnapshot(ImmutableArray<IndexedStrategy> Strategies, int Skipped, string Source, DateTimeOffset ReadAt);

/// <summary>
/// Reads each strategy's DAG once (a submitted DAG never changes) and keeps what search and overview ask of it. Bounded by
/// <see cref="MaxStrategies"/> and <see cref="MaxNodes"/>; what is left out is counted.
/// </summary>
public sealed class StrategyIndex(Available<IStrategyCatalogue> catalogue) : IDisposable
{
    public const int MaxStrategies = 5_000;
    public const int MaxNodes = 200_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Dictionary<string, IndexedStrategy> _byId = new(StringComparer.Ordinal);

    /// <summary>The index now, or null when this console has no catalogue.</summary>
    public async Task<StrategyIndexSnapshot?> ReadAsync(CancellationToken cancellation)
    {
        if (catalogue.Service is not { } service) return null;
        await _gate.WaitAsync(cancellation);
        try
        {
            var listed = await service.ListAsync(cancellation);
            var known = new Dictionary<string, IndexedStrategy>(StringComparer.Ordinal);
            var all = ImmutableArray.CreateBuilder<IndexedStrategy>(listed.Strategies.Count);
            var nodes = 0;
            foreach (var record in listed.Strategies)
            {
                if (all.Count >= MaxStrategies || nodes >= MaxNodes) break;
                var indexed = _byId.TryGetValue(record.StrategyId, out var before) ? before with { Record = record } : await IndexAsync(service, record, cancellation);
                if (indexed is null) continue;
                known[record.StrategyId] = indexed;
                all.Add(indexed);
                nodes += indexed.Nodes.Count;
            }

            _byId = known;
            return new(all.ToImmutable(), listed.Strategies.Count - all.Count, listed.Source, listed.ReadAt);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static async Task<IndexedStrategy?> IndexAsync(IStrategyCatalogue service, StrategyRecord record, CancellationToken cancellation)
    {
        // Removed between the list and the read.
        if (await service.ReadDagAsync(record.StrategyId, cancellation) is not { } document) return null;
        var nodes = document.Dag?.Nodes.Select(node => new IndexedNode(node.NodeId, node.Name, node.NodeType, node.Tags)) ?? [];
        return new(record, [.. nodes], document.Findings.Count(finding => finding.Code == FindingCodes.NodeIdMismatch));
    }

    public void Dispose() => _gate.Dispose();
}
