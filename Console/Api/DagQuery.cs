using Microsoft.AspNetCore.Http.HttpResults;
using Qmtl.Console.DryRuns;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Api;

/// <summary>The query parameters of the DAG end points.</summary>
internal static class DagQuery
{
    private const int MaxWorlds = 32;
    private const int MaxWorldLength = 256;

    public static (DryRunAsk Ask, ProblemHttpResult? Wrong) Read(IQueryCollection query)
    {
        var worlds = query["world_id"].Where(world => !string.IsNullOrWhiteSpace(world)).Select(world => world!.Trim()).Distinct(StringComparer.Ordinal).ToList();
        var none = new DryRunAsk([], null);
        if (worlds.Count > MaxWorlds)
        {
            return (none, ApiProblem.BadQuery("world_id", $"{worlds.Count} worlds are named.", $"Name at most {MaxWorlds}."));
        }

        if (worlds.Find(world => world.Length > MaxWorldLength) is { } tooLong)
        {
            return (none, ApiProblem.BadQuery("world_id", $"A world id has {tooLong.Length} characters.", $"World ids have at most {MaxWorldLength}."));
        }

        return query["generation"].ToString().Trim().ToLowerInvariant() switch
        {
            "" => (new(worlds, null), null),
            "older" => (new(worlds, DagGeneration.Older), null),
            "newer" => (new(worlds, DagGeneration.Newer), null),
            var other => (none, ApiProblem.BadQuery("generation", $"\"{other}\" is no generation.", "Say older or newer, or leave it out to let the ids tell.")),
        };
    }
}
