using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>What the address of the strategy list holds.</summary>
public sealed record StrategiesState : IUrlState<StrategiesState>
{
    public FilterQuery Filter { get; init; } = FilterQuery.Empty;

    /// <summary>Column key, with <c>-</c> in front for descending; null for newest first.</summary>
    public string? Sort { get; init; }

    /// <summary>Strategy in the inspector; null when it is closed.</summary>
    public string? Selected { get; init; }

    /// <summary>Only the newest version of each family.</summary>
    public bool LatestOnly { get; init; }

    public static StrategiesState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new()
        {
            Filter = FilterQuery.Parse(query.Text("q")),
            Sort = query.Text("sort"),
            Selected = query.Text("selected"),
            LatestOnly = query.Flag("latest"),
        };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() =>
    [
        ("q", Filter.ToString()),
        ("latest", LatestOnly ? "1" : null),
        ("sort", Sort),
        ("selected", Selected),
    ];
}
