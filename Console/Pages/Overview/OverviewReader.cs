using System.Globalization;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Components.Text;
using Qmtl.Console.Configuration;
using Qmtl.Console.Health;
using Qmtl.Console.Layout;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Strategies;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Control;
using Qmtl.Shared.Health;
using Qmtl.Shared.Rail;
using Qmtl.WorldService;

namespace Qmtl.Console.Pages.Overview;

/// <summary>
/// Works out what needs attention, from the services that this console has, of what whoever is behind the circuit may see.
/// </summary>
public sealed class OverviewReader(
    HealthMonitor health,
    StrategyIndex index,
    Available<IStrategyCatalogue> catalogue,
    Available<IDagManager> dagManager,
    Available<IWorldService> worlds,
    Available<IControlFeed> feed,
    OverviewCache cache,
    ReadAccess access,
    TimeProvider time)
{
    /// <summary>A strategy that waits longer than this has no worker.</summary>
    public static readonly TimeSpan QueuedTooLong = TimeSpan.FromMinutes(10);

    public const int EventCount = 10;

    private const int MaxCardsOfAKind = 5;

    /// <summary>What decides which overview somebody sees.</summary>
    private static readonly string[] Parts = [Permissions.StrategiesRead, Permissions.WorldsRead, Permissions.QueuesRead, Permissions.LiveRead, Permissions.HealthRead];

    /// <exception cref="PermissionDeniedException">The reader may see no strategies.</exception>
    public async Task<OverviewData> ReadAsync(CancellationToken cancellation)
    {
        // Before anything that was read for others is looked up.
        await access.RequireAsync(Permissions.StrategiesRead, "overview", cancellation);
        var view = string.Join('|', Parts.Select(permission => access.Of(permission).Signature));
        return await cache.GetAsync(view, () => ReadNowAsync(CancellationToken.None)).WaitAsync(cancellation);
    }

    private async Task<OverviewData> ReadNowAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var live = access.Somewhere(Permissions.LiveRead);
        var snapshot = await index.ReadAsync(access, cancellation);
        var nodes = await NodesAsync(snapshot, cancellation);
        var counts = dagManager.Service is { } manager && access.Of(Permissions.QueuesRead).IsEverything ? await manager.CountsAsync(cancellation) : null;
        var worldList = worlds.Service is { } service && access.Somewhere(Permissions.WorldsRead).Allowed ? await service.ListAsync(cancellation) : null;
        List<Attention> attention =
        [
            .. access.Somewhere(Permissions.HealthRead).Allowed ? health.Current.Troubled.Select(reading => OfDependency(reading, access.Of(Permissions.HealthRead).IsEverything)) : [],
            .. snapshot is null ? [] : OfStrategies(snapshot, now),
            .. nodes is null || snapshot is null ? [] : OfBuffering(nodes, snapshot, now),
        ];
        return new(
            [.. attention.OrderBy(item => item.Tone == "broken" ? 0 : 1)],
            [.. NotKnown()],
            Figures(snapshot, counts, worldList),
            feed.Service is { } control && live.Allowed ? [.. control.Recent(EventCount).Reverse()] : [],
            feed.Service is null ? feed.Missing.Reason : live.Allowed ? null : live.Reason,
            Names(snapshot),
            snapshot?.Source ?? "the settings",
            now);
    }

    private IEnumerable<string> NotKnown()
    {
        if (catalogue.Service is null) yield return catalogue.Missing.Name;
        if (dagManager.Service is null) yield return dagManager.Missing.Name;
        if (worlds.Service is null) yield return worlds.Missing.Name;
    }

    private static Dictionary<string, string> Names(StrategyIndexSnapshot? snapshot)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var strategy in snapshot?.Strategies ?? [])
        {
            names[strategy.Record.StrategyId] = strategy.Record.DisplayName;
            names[strategy.Record.SentinelId] = strategy.Record.DisplayName;
        }

        return names;
    }

    private async Task<IReadOnlyCollection<ComputeNode>?> NodesAsync(StrategyIndexSnapshot? snapshot, CancellationToken cancellation)
    {
        if (dagManager.Service is not { } service || snapshot is null) return null;
        var ids = snapshot.Strategies.SelectMany(strategy => strategy.Nodes).Select(node => node.NodeId).ToHashSet(StringComparer.Ordinal);
        return [.. (await service.NodesAsync(ids, cancellation)).Values];
    }

    private static Attention OfDependency(DependencyReading reading, bool readsAllWorlds) => new(
        "dependency:" + reading.Name,
        DependencyWords.Tone(reading.State),
        $"{reading.Name}: {DependencyWords.Of(reading.State)}",
        $"{reading.DetailFor(readsAllWorlds)} {reading.Advice}".Trim(),
        Link("/health-report", "/health-report"),
        "Health report");

    private static IEnumerable<Attention> OfStrategies(StrategyIndexSnapshot snapshot, DateTimeOffset now)
    {
        var failed = snapshot.Strategies.Where(strategy => strategy.Record.State == StrategyState.Failed).ToArray();
        if (failed.Length > 0)
        {
            yield return new("failed", "broken", Count(failed.Length, "strategy has failed", "strategies have failed"),
                $"{Names(failed)}. QMTL does not say why; look into the strategy's own log.", Strategies("state:failed"), "Show them");
        }

        var waiting = snapshot.Strategies.Where(strategy => strategy.Record.State == StrategyState.Queued && now - strategy.Record.SubmittedAt >= QueuedTooLong).ToArray();
        if (waiting.Length > 0)
        {
            var oldest = waiting.Min(strategy => strategy.Record.SubmittedAt);
            yield return new("queued", "attention", Count(waiting.Length, "strategy waits", "strategies wait") + " for a worker",
                $"{Names(waiting)}; the oldest was submitted {Age.Of(oldest, now)}. QMTL ships no worker: check that yours runs and takes from the submission queue.", Strategies("state:queued"), "Show them");
        }

        var wrong = snapshot.Strategies.Where(strategy => strategy.WrongIds > 0).ToArray();
        foreach (var strategy in wrong.Take(MaxCardsOfAKind))
        {
            yield return new("ids:" + strategy.Record.StrategyId, "attention", $"{strategy.Record.DisplayName}: {Count(strategy.WrongIds, "node id does", "node ids do")} not verify",
                "The id is not the one that the node's content gives, so the node is not shared with others of the same content. Build the DAG anew with a current SDK.", Strategy(strategy), "Open it");
        }

        if (wrong.Length > MaxCardsOfAKind)
        {
            yield return new("ids", "attention", Count(wrong.Length - MaxCardsOfAKind, "more DAG has", "more DAGs have") + " node ids that do not verify", Names(wrong[MaxCardsOfAKind..]) + ".", Strategies(""), "Strategies");
        }

        if (snapshot.Skipped > 0)
        {
            yield return new("skipped", "unknown", Count(snapshot.Skipped, "strategy was", "strategies were") + " not looked at",
                string.Create(CultureInfo.InvariantCulture, $"The index holds at most {StrategyIndex.MaxStrategies:N0} strategies and {StrategyIndex.MaxNodes:N0} nodes, newest first."), Strategies(""), "Strategies");
        }
    }

    private static IEnumerable<Attention> OfBuffering(IReadOnlyCollection<ComputeNode> nodes, StrategyIndexSnapshot snapshot, DateTimeOffset now)
    {
        var buffering = nodes.Where(node => node.BufferingSince is not null).ToArray();
        if (buffering.Length == 0) yield break;
        var ids = buffering.Select(node => node.NodeId).ToHashSet(StringComparer.Ordinal);
        var holders = snapshot.Strategies.Where(strategy => strategy.Nodes.Any(node => ids.Contains(node.NodeId))).ToArray();
        yield return new("buffering", "attention", Count(buffering.Length, "node is", "nodes are") + " buffering",
            $"In {Names(holders)}; the longest since {Age.Of(buffering.Min(node => node.BufferingSince!.Value), now)}. The queue is used again once it has caught up with the new schema.",
            holders.Length == 1 ? Strategy(holders[0]) : Strategies(""), holders.Length == 1 ? "Open it" : "Strategies");
    }

    private List<KeyFigure> Figures(StrategyIndexSnapshot? snapshot, GraphCounts? counts, IReadOnlyList<World>? worldList)
    {
        var states = snapshot?.Strategies.GroupBy(strategy => strategy.Record.State).ToDictionary(group => group.Key, group => group.Count());
        string InState(StrategyState state) => string.Create(CultureInfo.InvariantCulture, $"{states!.GetValueOrDefault(state)} {state.ToString().ToLowerInvariant()}");
        return
        [
            states is null
                ? new("Strategies", null, catalogue.Missing.Reason, null)
                : new("Strategies", Number(snapshot!.Strategies.Length + snapshot.Skipped), $"{InState(StrategyState.Processing)}, {InState(StrategyState.Queued)}, {InState(StrategyState.Completed)}, {InState(StrategyState.Failed)}", Strategies("")),
            counts is null ? new("Nodes", null, WhyNoCounts(), null) : new("Nodes", Number(counts.ComputeNodes), "stored in the graph, shared ones once", Link("/graph", "/graph")),
            counts is null ? new("Queues", null, WhyNoCounts(), null) : new("Queues", Number(counts.Queues), Count(counts.Sentinels, "version sentinel", "version sentinels"), Link("/queues", "/queues")),
            worldList is null
                ? new("Worlds", null, worlds.Service is null ? worlds.Missing.Reason : access.Somewhere(Permissions.WorldsRead).Reason, null)
                : new("Worlds", Number(worldList.Count), Modes(worldList), Link("/worlds", "/worlds")),
        ];
    }

    private string WhyNoCounts() =>
        dagManager.Service is null ? dagManager.Missing.Reason
        : access.Somewhere(Permissions.QueuesRead) is { Allowed: false, Reason: var reason } ? reason
        : "The counts are of all worlds together; you are narrowed to some.";

    private static string Modes(IReadOnlyList<World> all) =>
        all.Count == 0 ? "none yet" : string.Join(", ", all.GroupBy(world => world.EffectiveMode).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}")));

    private static string Names(IReadOnlyList<IndexedStrategy> strategies) =>
        string.Join(", ", strategies.Take(3).Select(strategy => strategy.Record.DisplayName)) + (strategies.Count > 3 ? string.Create(CultureInfo.InvariantCulture, $" and {strategies.Count - 3} more") : "");

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");

    private static string? Link(string template, string href) => ConsolePages.Exists(template) ? href : null;

    private static string? Strategies(string filter) => Link("/strategies", UrlState.Href("/strategies", [("q", filter)]));

    private static string? Strategy(IndexedStrategy strategy) => Link("/strategies/{id}", $"/strategies/{Uri.EscapeDataString(strategy.Record.StrategyId)}");
}
