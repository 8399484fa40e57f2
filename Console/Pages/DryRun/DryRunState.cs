using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Which part of a result is shown.</summary>
public enum DryRunTab
{
    Queues,
    Graph,
    Findings,
    Http,
}

/// <summary>What the address of the dry-run page holds.</summary>
public sealed record DryRunState : IUrlState<DryRunState>
{
    /// <summary>World to dry-run in; null lets the document decide.</summary>
    public string? World { get; init; }

    /// <summary>Overrides what the ids tell; null lets them.</summary>
    public DagGeneration? Generation { get; init; }

    /// <summary>Strategy whose DAG is to be loaded; null when none was picked.</summary>
    public string? Strategy { get; init; }

    /// <summary>Result whose DAG is to be loaded into the editor; null when none.</summary>
    public string? From { get; init; }

    public DryRunTab Tab { get; init; }

    /// <summary>Filter of the queue map.</summary>
    public FilterQuery Filter { get; init; } = FilterQuery.Empty;

    /// <summary>Sorting of the queue map; null for the DAG Manager's order.</summary>
    public string? Sort { get; init; }

    public static DryRunState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new()
        {
            World = query.Text("world")?.Trim() is { Length: > 0 } world ? world : null,
            Generation = query.Text("generation")?.ToLowerInvariant() switch
            {
                "older" => DagGeneration.Older,
                "newer" => DagGeneration.Newer,
                _ => null,
            },
            Strategy = query.Text("strategy"),
            From = query.Text("from"),
            Tab = query.Choice("tab", DryRunTab.Queues),
            Filter = FilterQuery.Parse(query.Text("q")),
            Sort = query.Text("sort"),
        };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() =>
    [
        ("world", World),
        ("generation", Generation?.ToString().ToLowerInvariant()),
        ("strategy", Strategy),
        ("from", From),
        ("tab", Tab == DryRunTab.Queues ? null : Tab.ToString().ToLowerInvariant()),
        ("q", Filter.ToString()),
        ("sort", Sort),
    ];
}
