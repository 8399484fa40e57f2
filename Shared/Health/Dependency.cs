namespace Qmtl.Shared.Health;

/// <summary>State of a dependency. Unknown is a state of its own and never looks like ok.</summary>
public enum DependencyState
{
    Ok,
    Attention,
    Broken,
    Unknown,
    NotConfigured,
    NotInThisVersion,
}

/// <summary>One reading of one dependency.</summary>
/// <param name="Name">For people: <c>Gateway</c>, <c>DAG Manager</c>, …</param>
/// <param name="State">The state.</param>
/// <param name="Source">Where the reading comes from, in words: <c>in process (sandbox)</c>, a URL without credentials.</param>
/// <param name="ReadAt">When it was read, UTC; null when it never was.</param>
/// <param name="Latency">How long the reading took; null when none was made.</param>
/// <param name="Detail">What was found, in words that anybody may read: <c>/readyz</c> asks nobody who he is, so they name no world.</param>
/// <param name="Advice">What to do; empty when nothing.</param>
public sealed record DependencyReading(
    string Name,
    DependencyState State,
    string Source,
    DateTimeOffset? ReadAt,
    TimeSpan? Latency,
    string Detail,
    string Advice)
{
    /// <summary>The same with the names of worlds and what an answer said; null when <see cref="Detail"/> says it all.</summary>
    public string? ForAllWorlds { get; init; }

    /// <summary>What this reader is told.</summary>
    /// <param name="readsAllWorlds">Whether the reader may read every world.</param>
    public string DetailFor(bool readsAllWorlds) => readsAllWorlds ? ForAllWorlds ?? Detail : Detail;
}

/// <summary>Something whose health is shown. Each service registers one.</summary>
public interface IDependencyProbe
{
    string Name { get; }

    /// <summary>Reads the state now. Does not throw for a broken dependency: that is a reading.</summary>
    Task<DependencyReading> ReadAsync(CancellationToken cancellation);
}
