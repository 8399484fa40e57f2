using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;

namespace Qmtl.Console.Pages.Jobs;

/// <summary>What the address of the list of jobs holds.</summary>
public sealed record JobsState : IUrlState<JobsState>
{
    public FilterQuery Filter { get; init; } = FilterQuery.Empty;

    /// <summary>Job in the inspector; null when it is closed.</summary>
    public string? Job { get; init; }

    /// <summary>Only its items in this state; null for all.</summary>
    public string? Items { get; init; }

    public static JobsState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new() { Filter = FilterQuery.Parse(query.Text("q")), Job = query.Text("job"), Items = query.Text("items") };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() => [("q", Filter.ToString()), ("job", Job), ("items", Job is null ? null : Items)];
}
