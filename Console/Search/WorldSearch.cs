using Qmtl.Shared.Search;
using Qmtl.WorldService;

namespace Qmtl.Console.Search;

/// <summary>Finds worlds by id, name and mode; leads to the world's page, or, while there is none, to its strategies.</summary>
public sealed class WorldSearch(Configuration.Available<IWorldService> worlds) : ISearchSource
{
    public string Group => "Worlds";

    public int Order => 40;

    public async Task<IReadOnlyList<SearchHit>> SearchAsync(string text, int limit, CancellationToken cancellation)
    {
        var hasPage = Layout.ConsolePages.Exists("/worlds/{id}");
        if (worlds.Service is not { } service || !(hasPage || Layout.ConsolePages.Exists("/strategies"))) return [];
        return
        [
            .. (await service.ListAsync(cancellation))
                .Select(world => (World: world, Rank: Rank.Of(text, world.WorldId, world.Name, world.EffectiveMode)))
                .Where(pair => pair.Rank < Rank.None)
                .OrderBy(pair => pair.Rank)
                .Take(limit)
                .Select(pair => new SearchHit(
                    pair.World.WorldId,
                    $"{pair.World.EffectiveMode} · {pair.World.Name}{(hasPage ? "" : " · its strategies")}",
                    hasPage ? $"/worlds/{Uri.EscapeDataString(pair.World.WorldId)}" : $"/strategies?q={Uri.EscapeDataString(Components.Filter.FilterQuery.Format(new("world", pair.World.WorldId)))}",
                    "worlds")),
        ];
    }
}
