using Qmtl.Console.Components.Filter;
using Qmtl.Operations.Plans;

namespace Qmtl.Console.Pages.Plans;

/// <summary>What the filter of the list of plans asks of the service: <c>state:</c> is "any of"; of <c>kind:</c> and <c>target:</c> the last counts.</summary>
public static class PlansFilter
{
    /// <summary>States as the filter writes them, for instance <c>waiting-for-approval</c>.</summary>
    public static IReadOnlyList<string> States { get; } = [.. Enum.GetValues<PlanState>().Select(Word)];

    /// <summary>The query, and what in the filter means nothing.</summary>
    public static (PlanQuery Query, IReadOnlyList<string> Problems) Of(PlanList list, FilterQuery filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var problems = new List<string>();
        var states = new List<PlanState>();
        foreach (var value in filter.Values("state"))
        {
            if (Enum.GetValues<PlanState>().Where(state => Word(state).Equals(value, StringComparison.OrdinalIgnoreCase)).Select(state => (PlanState?)state).FirstOrDefault() is { } known) states.Add(known);
            else problems.Add($"state:{value} is no state; there are {string.Join(", ", States)}.");
        }

        problems.AddRange(filter.Tokens.Where(token => token.Key is not (null or "state" or "kind" or "target")).Select(token => $"{token.Key}: is not a key here; there are state, kind, target."));
        foreach (var key in new[] { "kind", "target" })
        {
            if (filter.Values(key).Count > 1) problems.Add($"Of several {key}: tokens only the last counts.");
        }

        var words = string.Join(' ', filter.Words);
        return (new PlanQuery(list)
        {
            States = states,
            Kind = Last("kind"),
            Target = Last("target"),
            Text = words.Length == 0 ? null : words,
        }, problems);

        string? Last(string key) => filter.Values(key) is [.., var last] ? last : null;
    }

    private static string Word(PlanState state) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());
}
