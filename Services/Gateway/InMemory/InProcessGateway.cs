using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.DagManager;
using Qmtl.Shared.Control;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;
using Qmtl.Shared.Queues;
using Qmtl.WorldService;

namespace Qmtl.Gateway.InMemory;

/// <summary>The Gateway inside one process.</summary>
public sealed class InProcessGateway(
    IDagManager dagManager,
    IWorldService worlds,
    InMemoryStrategyCatalogue catalogue,
    IControlEmitter emitter,
    IOptions<GatewayOptions> options,
    IOptions<DagManagerOptions> dagManagerOptions,
    TimeProvider time) : IGateway, IStrategyWorker
{
    private const int MaxDepth = 1_000;

    private readonly GatewayOptions _options = options.Value;
    private readonly ContextResolver _contexts = new(worlds);

    public async Task<SubmitResult> SubmitAsync(DagDocument document, SubmitOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(options);
        var worldIds = WorldsOf(document, options);
        if (worldIds.Count == 0 && document.Dag is { Generation: DagGeneration.Newer })
        {
            return new SubmitResult { Refusal = new Refusal(Refusals.WorldIdsRequired, "The submission names no world. Name at least one in world_ids.") };
        }

        if (Refusals.Of(document) is { } refusal) return new SubmitResult { Refusal = refusal };
        var dag = document.Dag!;
        var bytes = document.DagUtf8.ToArray();
        var hash = HashOf(bytes);
        var strategyId = _options.NewStrategyId();
        if (catalogue.Reserve(hash, strategyId, bytes.Length) is { } taken) return new SubmitResult { Refusal = taken };
        try
        {
            return await AcceptAsync(document, options, worldIds, dag, bytes, hash, strategyId, cancellation);
        }
        catch
        {
            catalogue.Release(hash, bytes.Length);
            throw;
        }
    }

    public async Task<DryRunResult> DryRunAsync(DagDocument document, SubmitOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(options);
        var started = time.GetTimestamp();
        if (Refusals.Of(document) is { } refusal) return new DryRunResult { Refusal = refusal, Elapsed = time.GetElapsedTime(started) };
        var dag = document.Dag!;
        var worldId = WorldsOf(document, options) is [var first, ..] ? first : null;
        var context = await _contexts.ResolveAsync(AskedContext(document), worldId, cancellation);
        var (tagQueues, tagProblems) = await TagQueuesAsync(dag, worldId, context.ExecutionDomain, cancellation);
        var (diff, problem) = await WithinBudgetAsync(
            _options.DiffBudget,
            stop => dagManager.DiffAsync(new DiffRequest { StrategyId = "dryrun", Dag = dag, Context = context.Context }, stop),
            cancellation);

        return new DryRunResult
        {
            SentinelId = diff?.SentinelId ?? FallbackSentinel.Format(dag.SubmissionChecksum, _options.FallbackSentinelFormat),
            Source = diff is null ? DryRunSource.TagQueries : DryRunSource.Diff,
            FallbackReason = diff is null ? FallbackWords(problem!, dag, tagQueues, tagProblems) : null,
            Version = diff?.Version ?? TopicNames.AsciiVersion(dag.VersionLabel),
            Nodes = diff is null ? UnknownQueues(dag) : Prefixed(dag, diff.Nodes, worldId, context.ExecutionDomain),
            TagQueues = tagQueues,
            TagProblems = tagProblems,
            SubmissionChecksum = dag.SubmissionChecksum,
            DiffChecksum = dag.DiffChecksum,
            ExecutionDomain = context.ExecutionDomain,
            Downgraded = context.Downgraded,
            DowngradeReason = context.Reason,
            SafeMode = context.SafeMode,
            Elapsed = time.GetElapsedTime(started),
        };
    }

    public async Task<IReadOnlyList<QueueDescriptor>> QueuesByTagAsync(QueueLookup lookup, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        var queues = await dagManager.QueuesByTagAsync(lookup.Tags, lookup.Interval, lookup.Match, cancellation);
        var domain = string.IsNullOrWhiteSpace(lookup.ExecutionDomain) ? null : ExecutionDomains.Resolve(lookup.ExecutionDomain);
        var prefix = PrefixOf(lookup.WorldId, domain);
        return [.. queues.Select(queue => queue with { Queue = prefix.Apply(queue.Queue) })];
    }

    public async Task<StrategyState?> StrategyStateAsync(string strategyId, CancellationToken cancellation) =>
        (await catalogue.FindAsync(strategyId, cancellation))?.State;

    public async Task<bool> AdvanceAsync(string strategyId, StrategyEvent what, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (catalogue.Transition(strategyId, what) is not { } record) return false;
        await emitter.EmitAsync(
            GatewayEvents.Progress(strategyId, record.State, record.WorldIds.Count > 0 ? record.WorldIds[0] : null, time.GetUtcNow()),
            CancellationToken.None);
        return true;
    }

    private async Task<SubmitResult> AcceptAsync(
        DagDocument document, SubmitOptions options, IReadOnlyList<string> worldIds, Dag dag, byte[] bytes, string hash, string strategyId, CancellationToken cancellation)
    {
        var worldId = worldIds.Count > 0 ? worldIds[0] : null;
        var context = await _contexts.ResolveAsync(AskedContext(document), worldId, cancellation);

        // Before the registration: a tag query answers what the graph held until now.
        var (tagQueues, _) = await TagQueuesAsync(dag, worldId, context.ExecutionDomain, cancellation);
        var (diff, problem) = await WithinBudgetAsync(
            _options.DiffBudget,
            stop => dagManager.RegisterAsync(new DiffRequest { StrategyId = strategyId, Dag = dag, Context = context.Context }, stop),
            cancellation);
        var sentinelId = diff?.SentinelId ?? $"{strategyId}-sentinel";
        var now = time.GetUtcNow();
        var record = new StrategyRecord
        {
            StrategyId = strategyId,
            Family = document.Envelope?.FamilyName ?? dag.FamilyName ?? options.FamilyName,
            Version = document.Envelope?.VersionLabel ?? dag.VersionLabel,
            State = StrategyState.Queued,
            WorldIds = worldIds,
            Tags = [.. dag.Nodes.SelectMany(node => node.Tags).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            NodeCount = dag.Nodes.Count,
            SubmittedAt = now,
            SentinelId = sentinelId,
            DagHash = hash,
        };
        catalogue.Commit(record, bytes, ReadOptionsFor(dag, bytes, worldId), dag.Nodes.Select(node => node.NodeId).Distinct(StringComparer.Ordinal));
        await emitter.EmitAsync(GatewayEvents.Progress(strategyId, record.State, worldId, now), CancellationToken.None);
        return new SubmitResult
        {
            StrategyId = strategyId,
            SentinelId = sentinelId,
            Nodes = diff is null ? UnknownQueues(dag) : Prefixed(dag, diff.Nodes, worldId, context.ExecutionDomain),
            QueueProblem = problem,
            TagQueues = tagQueues,
            SubmissionChecksum = dag.SubmissionChecksum,
            ExecutionDomain = context.ExecutionDomain,
            Downgraded = context.Downgraded,
            DowngradeReason = context.Reason,
            SafeMode = context.SafeMode,
        };
    }

    /// <summary>Each tag query by itself: one that fails leaves the others' answers.</summary>
    private async Task<(Dictionary<string, IReadOnlyList<QueueDescriptor>> Queues, Dictionary<string, string> Problems)> TagQueuesAsync(
        Dag dag, string? worldId, string domain, CancellationToken cancellation)
    {
        var queues = new Dictionary<string, IReadOnlyList<QueueDescriptor>>(StringComparer.Ordinal);
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        var prefix = PrefixOf(worldId, domain);
        var waiting = dag.Nodes.Where(node => node.IsTagQuery).Select(async node =>
        {
            if (TagQuerySpec.Of(node) is not { } spec) return (node.NodeId, Found: null, Problem: "The node names no tags or no interval to query by.");
            var (found, problem) = await WithinBudgetAsync(
                _options.TagQueryBudget, stop => dagManager.QueuesByTagAsync(spec.Tags, spec.Interval, spec.Match, stop), cancellation);
            return (node.NodeId, Found: found, Problem: problem);
        });
        foreach (var (nodeId, found, problem) in await Task.WhenAll(waiting))
        {
            if (found is null)
            {
                problems[nodeId] = problem!;
            }
            else
            {
                queues[nodeId] = [.. found.Select(queue => queue with { Queue = prefix.Apply(queue.Queue) })];
            }
        }

        return (queues, problems);
    }

    /// <summary>The answer, or in words why there is none. A caller's cancellation goes through.</summary>
    private async Task<(T? Answer, string? Problem)> WithinBudgetAsync<T>(TimeSpan budget, Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
        where T : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            return (await ask(stop.Token).WaitAsync(budget, time, cancellation), null);
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync();
            return (null, string.Create(CultureInfo.InvariantCulture, $"The DAG Manager did not answer within {budget.TotalMilliseconds:0} ms."));
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            return (null, $"The DAG Manager could not answer: {problem.Message}");
        }
    }

    private static string FallbackWords(
        string problem, Dag dag, Dictionary<string, IReadOnlyList<QueueDescriptor>> tagQueues, Dictionary<string, string> tagProblems)
    {
        var all = tagQueues.Count + tagProblems.Count;
        var rest = all == 0
            ? "This DAG has no tag-query node, so no queue is known; which nodes would be reused or new is unknown as well."
            : tagProblems.Count == 0
                ? string.Create(CultureInfo.InvariantCulture, $"Queues are known for its {all} tag-query nodes only.")
                : string.Create(CultureInfo.InvariantCulture, $"{tagProblems.Count} of its {all} tag queries failed too.");
        return $"{problem} {(dag.Nodes.Count == 0 ? "The DAG has no nodes." : rest)} Run it again; if this lasts, look at the DAG Manager on the health report.";
    }

    private static IReadOnlyList<NodeQueue> UnknownQueues(Dag dag) =>
    [
        .. DiffOrder.Of(dag).Select(node => new NodeQueue(
            node.NodeId,
            PartitionKey.Format(node.NodeId, node.Interval, node.Bucket, ComputeKeys.Compute(node.NodeId, dag.Context).Key),
            Topic: null,
            NodeDisposition.Unknown,
            Lag: null)),
    ];

    /// <summary>Names in the DAG's own namespace stay as they are.</summary>
    private IReadOnlyList<NodeQueue> Prefixed(Dag dag, IReadOnlyList<NodeQueue> nodes, string? worldId, string domain)
    {
        var hasOwn = !string.IsNullOrWhiteSpace(dag.Context.WorldId)
            || (dag.Meta.ValueKind == JsonValueKind.Object && dag.Meta.TryGetProperty("topic_namespace", out var given) && TopicNames.Namespace(given) is not null);
        if (hasOwn) return nodes;
        var prefix = PrefixOf(worldId, domain);
        return [.. nodes.Select(node => node with { Topic = prefix.Apply(node.Topic!) })];
    }

    private WorldPrefix PrefixOf(string? worldId, string? domain) => new(dagManagerOptions.Value.EnableTopicNamespace ? worldId : null, domain);

    private static IReadOnlyList<string> WorldsOf(DagDocument document, SubmitOptions options)
    {
        var given = options.WorldIds.Count > 0 ? options.WorldIds : document.Envelope?.WorldIds ?? [];
        return [.. given.Select(world => world.Trim()).Where(world => world.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The envelope's context; without an envelope the DAG's own.</summary>
    private static ComputeContext AskedContext(DagDocument document) => document.Envelope?.Context ?? document.Dag!.Context;

    private static string HashOf(byte[] dagUtf8)
    {
        using var parsed = JsonDocument.Parse(dagUtf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        return DagHash.Sha256Sorted(parsed.RootElement);
    }

    /// <summary>How the stored text is read again: older ids are made with a world, which the text does not hold.</summary>
    private static DagReadOptions ReadOptionsFor(Dag dag, byte[] dagUtf8, string? worldId)
    {
        if (dag.Generation == DagGeneration.Newer) return new DagReadOptions { Generation = DagGeneration.Newer };
        var withWorld = new DagReadOptions { Generation = DagGeneration.Older, WorldId = worldId };
        return DagReader.Read(dagUtf8, withWorld).IsValid ? withWorld : withWorld with { WorldId = "" };
    }
}
