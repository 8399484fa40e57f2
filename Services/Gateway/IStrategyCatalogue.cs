using Qmtl.Shared.Dags;

namespace Qmtl.Gateway;

/// <summary>
/// The strategies that are known. QMTL has no strategy list, name or family: a version is one submission, its label <c>meta</c> version,
/// its family the same <c>meta</c> name, else what the user groups.
/// </summary>
public interface IStrategyCatalogue
{
    /// <summary>All submissions, newest first. A snapshot: the list does not change under the caller.</summary>
    Task<StrategySnapshot> ListAsync(CancellationToken cancellation);

    /// <summary>One submission, or null when the id is unknown.</summary>
    Task<StrategyRecord?> FindAsync(string strategyId, CancellationToken cancellation);

    /// <summary>The submitted DAG, read anew from its stored JSON; null when the id is unknown.</summary>
    Task<DagDocument?> ReadDagAsync(string strategyId, CancellationToken cancellation);

    /// <summary>For each node id the strategies that hold it. Unknown ids are left out.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> SharersAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation);
}

/// <summary>A list of strategies with its source and age.</summary>
public sealed record StrategySnapshot(IReadOnlyList<StrategyRecord> Strategies, string Source, DateTimeOffset ReadAt);

/// <summary>One submission.</summary>
public sealed record StrategyRecord
{
    public required string StrategyId { get; init; }

    /// <summary>Family name, or null when neither <c>meta</c> nor a user gave one.</summary>
    public string? Family { get; init; }

    /// <summary>True when a user of the console gave the family, because <c>meta</c> names none.</summary>
    public bool FamilyIsGrouped { get; init; }

    /// <summary>Version label, or null when <c>meta</c> has none.</summary>
    public string? Version { get; init; }

    public required StrategyState State { get; init; }

    public required IReadOnlyList<string> WorldIds { get; init; }

    /// <summary>Distinct tags of the nodes, sorted.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    public required int NodeCount { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required string SentinelId { get; init; }

    /// <summary>SHA-256 of the DAG as QMTL hashes it to find duplicates.</summary>
    public required string DagHash { get; init; }

    /// <summary>Family and version, else the shortened id.</summary>
    public string DisplayName => Family is null ? ShortId.Of(StrategyId) : Version is null ? Family : $"{Family} {Version}";
}
