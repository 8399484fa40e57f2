using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Operations.Plans;

namespace Qmtl.Console.Pages.Plans;

/// <summary>What the address of the list of plans holds.</summary>
public sealed record PlansState : IUrlState<PlansState>
{
    public PlanList List { get; init; } = PlanList.Recent;

    public FilterQuery Filter { get; init; } = FilterQuery.Empty;

    /// <summary>Kind of a plan to make: the dialog is open. Empty text is not chosen yet; null is closed.</summary>
    public string? New { get; init; }

    /// <summary>Target in that dialog.</summary>
    public string? Target { get; init; }

    public static PlansState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new()
        {
            List = query.Choice("list", PlanList.Recent),
            Filter = FilterQuery.Parse(query.Text("q")),
            New = query.Text("new") is { } kind ? kind == "plan" ? "" : kind : null,
            Target = query.Text("target"),
        };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() =>
    [
        ("list", List == PlanList.Recent ? null : List.ToString().ToLowerInvariant()),
        ("q", Filter.ToString()),
        ("new", New is { Length: 0 } ? "plan" : New),
        ("target", New is null ? null : Target),
    ];
}
