using System.Collections.Immutable;
using Qmtl.Console.Security.Guards;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;

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
/// <see cref="MaxStrategies"/> and <see cref="MaxNodes"/>; what is left out is counted. Kept once for all; each reader gets what is his to see.
/// </summary>
public sealed class StrategyIndex(IServiceProvider services) : IDisposable
{
    public const int MaxStrategies = 5_000;
    public const int MaxNodes = 200_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Dictionary<string, IndexedStrategy> _byId = new(StringComparer.Ordinal);

    /// <summary>What the reader may see of the index now, or null when this console has no catalogue.</summary>
    /// <exception cref="PermissionDeniedException">The reader may see no strategies.</exception>
    public async Task<StrategyIndexSnapshot?> ReadAsync(ReadAccess access, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(access);
        var visible = await access.RequireAsync(Permissions.StrategiesRead, "strategies", cancellation);
        if (await ReadAllAsync(cancellation) is not var (all, skipped, listed)) return null;
        if (visible.IsEverything) return new(all, skipped.Length, listed.Source, listed.ReadAt);
        return new(
            [.. all.Select(strategy => GuardedCatalogue.Seen(strategy.Record, visible) is { } record ? strategy with { Record = record } : null).OfType<IndexedStrategy>()],
            skipped.Count(record => GuardedCatalogue.Seen(record, visible) is not null),
            listed.Source,
            listed.ReadAt);
    }

    private async Task<(ImmutableArray<IndexedStrategy> All, StrategyRecord[] Skipped, StrategySnapshot Listed)?> ReadAllAsync(CancellationToken cancellation)
    {
        if (services.GetService<IStrategyCatalogue>() is not { } service) return null;
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
            return (all.ToImmutable(), [.. listed.Strategies.Where(record => !known.ContainsKey(record.StrategyId))], listed);
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
