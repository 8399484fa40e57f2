using Qmtl.Console.Components.Filter;
using Qmtl.Operations.Jobs;

namespace Qmtl.Console.Pages.Jobs;

/// <summary>What the filter of the list of jobs means: states go to the service; kind, target, plan and words look through what was read.</summary>
public sealed class JobsFilter
{
    private static readonly string[] Keys = ["state", "kind", "target", "plan"];
    private readonly FilterQuery _query;

    private JobsFilter(FilterQuery query, IReadOnlyList<JobState> states, IReadOnlyList<string> problems)
    {
        _query = query;
        States = states;
        Problems = problems;
    }

    /// <summary>States as the filter writes them.</summary>
    public static IReadOnlyList<string> StateNames { get; } = [.. Enum.GetNames<JobState>().Select(name => name.ToLowerInvariant())];

    public IReadOnlyList<JobState> States { get; }

    /// <summary>Tokens that mean nothing, each with what would.</summary>
    public IReadOnlyList<string> Problems { get; }

    public static JobsFilter Of(FilterQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var states = new List<JobState>();
        var problems = new List<string>();
        foreach (var value in query.Values("state"))
        {
            if (StateNames.Contains(value, StringComparer.OrdinalIgnoreCase)) states.Add(Enum.Parse<JobState>(value, ignoreCase: true));
            else problems.Add($"state:{value} is no state; there are {string.Join(", ", StateNames)}.");
        }

        problems.AddRange(query.Tokens.Where(token => token.Key is not null && !Keys.Contains(token.Key)).Select(token => $"{token.Key}: is not a key here; there are {string.Join(", ", Keys)}."));
        return new(query, states, problems);
    }

    public bool Fits(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return _query.Allows("kind", job.Kind) && _query.Allows("target", job.Target) && _query.Allows("plan", job.PlanId)
            && _query.Matches([job.Title, job.Kind, job.Target, job.Id, job.StartedBy.Name, job.Note]);
    }
}
