using Qmtl.Console.Components;

namespace Qmtl.Console.Pages.Plans;

/// <summary>What the review sheet shows below its title.</summary>
public enum PlanTab
{
    Review,
    Http,
    CommandLine,
}

/// <summary>What the address of a review sheet holds.</summary>
public sealed record PlanReviewState : IUrlState<PlanReviewState>
{
    public PlanTab Tab { get; init; } = PlanTab.Review;

    /// <summary>Only items in this state, once they are at work; null for all.</summary>
    public string? Items { get; init; }

    public static PlanReviewState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new() { Tab = query.Choice("tab", PlanTab.Review), Items = query.Text("items") };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() => [("tab", Tab == PlanTab.Review ? null : Tab.ToString().ToLowerInvariant()), ("items", Items)];
}
