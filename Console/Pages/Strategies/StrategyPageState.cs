using Qmtl.Console.Components;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>What the strategy page shows beside the inspector.</summary>
public enum StrategyTab
{
    Graph,
    Table,
    Changes,
    Json,
    History,
}

/// <summary>What the address of the strategy page holds.</summary>
public sealed record StrategyPageState : IUrlState<StrategyPageState>
{
    /// <summary>Id of the inspected node, or null.</summary>
    public string? Node { get; init; }

    public StrategyTab Tab { get; init; }

    /// <summary>Id of the strategy to compare with, or null.</summary>
    public string? Compare { get; init; }

    public DagView View { get; init; } = DagView.Default;

    /// <summary>Sorting of the table.</summary>
    public string? Sort { get; init; }

    public static StrategyPageState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new()
        {
            Node = query.Text("node"),
            Tab = query.Choice("tab", StrategyTab.Graph),
            Compare = query.Text("compare"),
            View = new DagView(query.Number("depth", 0), query.Text("lineage") ?? "both", query.Text("direction") ?? "lr", query.Text("overlay")).Checked(),
            Sort = query.Text("sort"),
        };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery()
    {
        yield return ("node", Node);
        yield return ("tab", Tab == StrategyTab.Graph ? null : Tab.ToString().ToLowerInvariant());
        yield return ("compare", Compare);
        yield return ("depth", View.Depth == 0 ? null : View.Depth.ToString(System.Globalization.CultureInfo.InvariantCulture));
        yield return ("lineage", View.Way == "both" ? null : View.Way);
        yield return ("direction", View.Direction == "lr" ? null : View.Direction);
        yield return ("overlay", View.Overlay);
        yield return ("sort", Sort);
    }
}
