using Microsoft.Extensions.Options;
using Qmtl.Shared.Control;

namespace Qmtl.DagManager.InMemory;

/// <summary>The global strategy graph in memory. Reads run side by side; a registration is seen whole or not at all.</summary>
public sealed class InMemoryDagManager(IOptions<DagManagerOptions> options, IControlEmitter emitter, TimeProvider time)
    : IDagManager, IDisposable
{
    private readonly DagManagerOptions _options = options.Value;
    private readonly StrategyGraph _graph = new();
    private readonly ReaderWriterLockSlim _lock = new();

    public Task<DiffResult> DiffAsync(DiffRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Read(() => GraphDiff.Compare(_graph, request, _options.EnableTopicNamespace).Result, cancellation);
    }

    /// <exception cref="CrossContextTopicReuseException">A stored node with the same code belongs to other compute contexts.</exception>
    /// <exception cref="GraphFullException">A bound of the options would be passed.</exception>
    public async Task<DiffResult> RegisterAsync(DiffRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellation.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        GraphDiff.Comparison comparison;
        List<ControlEvent> events;
        _lock.EnterWriteLock();
        try
        {
            comparison = GraphDiff.Compare(_graph, request, _options.EnableTopicNamespace);
            RequireRoom(comparison.Result);
            Store(comparison, now);
            var weightChanged = StoreSentinel(request, comparison, now);
            events = EventsOf(request, comparison, weightChanged, now);
        }
        finally
        {
            _lock.ExitWriteLock();
        }

        // Outside the lock, and no longer to be cancelled: what is registered is told.
        foreach (var controlEvent in events) await emitter.EmitAsync(controlEvent, CancellationToken.None);
        return comparison.Result;
    }

    public Task<IReadOnlyList<QueueDescriptor>> QueuesByTagAsync(
        IReadOnlyList<string> tags, long interval, TagMatch match, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tags);
        string[] wanted = [.. tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0).Distinct(StringComparer.Ordinal)];
        return Read<IReadOnlyList<QueueDescriptor>>(() => _graph.QueuesByTag(wanted, interval, match), cancellation);
    }

    public Task<IReadOnlyDictionary<string, ComputeNode>> NodesAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(nodeIds);
        return Read<IReadOnlyDictionary<string, ComputeNode>>(
            () =>
            {
                var found = new Dictionary<string, ComputeNode>(StringComparer.Ordinal);
                foreach (var nodeId in nodeIds)
                {
                    if (_graph.Node(nodeId) is { } node) found[nodeId] = node;
                }

                return found;
            },
            cancellation);
    }

    public Task<GraphCounts> CountsAsync(CancellationToken cancellation) => Read(() => _graph.Counts, cancellation);

    /// <summary>The whole graph at this moment.</summary>
    public GraphSnapshot Snapshot() => Read(_graph.Snapshot, CancellationToken.None).Result;

    /// <summary>Puts stored nodes and sentinels into the graph, as a preload does. Tells nobody.</summary>
    public void Load(IEnumerable<ComputeNode> nodes, IEnumerable<GraphSentinel>? sentinels = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        _lock.EnterWriteLock();
        try
        {
            foreach (var node in nodes)
            {
                if (_graph.Counts.ComputeNodes >= _options.MaxNodes) throw new GraphFullException($"The graph holds {_options.MaxNodes} nodes, as many as allowed.");
                _graph.Put(node);
                _graph.AddQueue(node, node.Topic, node.CreatedAt);
            }

            foreach (var sentinel in sentinels ?? []) _graph.Put(sentinel);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public void Dispose() => _lock.Dispose();

    private Task<T> Read<T>(Func<T> read, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<T>(cancellation);
        _lock.EnterReadLock();
        try
        {
            return Task.FromResult(read());
        }
        catch (CrossContextTopicReuseException refused)
        {
            return Task.FromException<T>(refused);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    private void RequireRoom(DiffResult result)
    {
        var counts = _graph.Counts;
        var newNodes = result.Nodes.Count(node => _graph.Node(node.NodeId) is null);
        var newQueues = result.Nodes.Count(node => _graph.OwnerOf(node.Topic!) is null);
        var newSentinel = _graph.Sentinel(result.SentinelId) is null ? 1 : 0;
        if (counts.ComputeNodes + newNodes > _options.MaxNodes) throw new GraphFullException($"The graph holds {counts.ComputeNodes} nodes; {newNodes} more would pass the bound of {_options.MaxNodes}.");
        if (counts.Queues + newQueues > _options.MaxQueues) throw new GraphFullException($"The graph holds {counts.Queues} queues; {newQueues} more would pass the bound of {_options.MaxQueues}.");
        if (counts.Sentinels + newSentinel > _options.MaxSentinels) throw new GraphFullException($"The graph holds {counts.Sentinels} sentinels, as many as allowed.");
    }

    private void Store(GraphDiff.Comparison comparison, DateTimeOffset now)
    {
        for (var i = 0; i < comparison.Nodes.Count; i++)
        {
            var submitted = comparison.Nodes[i];
            var answer = comparison.Result.Nodes[i];
            var key = comparison.ComputeKeys[i];
            var stored = _graph.Node(submitted.NodeId);
            var node = answer.Disposition == NodeDisposition.New || stored is null
                ? new ComputeNode
                {
                    NodeId = submitted.NodeId,
                    NodeType = submitted.NodeType,
                    CodeHash = submitted.CodeHash ?? "",
                    SchemaHash = submitted.SchemaHash ?? "",
                    SchemaCompatId = submitted.SchemaCompatId ?? submitted.SchemaId ?? "",
                    Interval = submitted.Interval,
                    Period = submitted.Period,
                    Tags = submitted.Tags,
                    Bucket = submitted.Bucket,
                    Topic = answer.Topic!,
                    ComputeKeys = [key],
                    CreatedAt = now,
                }
                : stored with
                {
                    ComputeKeys = stored.ComputeKeys.Contains(key) ? stored.ComputeKeys : [.. stored.ComputeKeys, key],
                    BufferingSince = answer.Disposition == NodeDisposition.Buffered ? stored.BufferingSince ?? now : stored.BufferingSince,
                };
            _graph.Put(node);
            _graph.AddQueue(node, answer.Topic!, now);
        }
    }

    /// <summary>True when the DAG carries a weight and the sentinel did not have it.</summary>
    private bool StoreSentinel(DiffRequest request, GraphDiff.Comparison comparison, DateTimeOffset now)
    {
        var result = comparison.Result;
        var weight = request.Dag.Sentinel?.Weight;
        var before = _graph.Sentinel(result.SentinelId);
        _graph.Put(new GraphSentinel(
            result.SentinelId,
            result.Version,
            weight ?? before?.Weight,
            [.. comparison.Nodes.Select(node => node.NodeId)],
            before?.CreatedAt ?? now));
        return weight is not null && (before?.Weight != weight || before?.Version != result.Version);
    }

    private List<ControlEvent> EventsOf(DiffRequest request, GraphDiff.Comparison comparison, bool weightChanged, DateTimeOffset now)
    {
        var events = new List<ControlEvent>();
        var told = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < comparison.Nodes.Count; i++)
        {
            var node = comparison.Nodes[i];
            if (comparison.Result.Nodes[i].Disposition != NodeDisposition.New || node.Tags.Count == 0 || node.Interval is not { } interval) continue;
            var key = DagManagerEvents.QueueKey(node.Tags, interval);
            if (!told.Add(key)) continue;
            events.Add(DagManagerEvents.QueueUpdated(node.Tags, interval, _graph.QueuesByTag(node.Tags, interval, TagMatch.Any), TagMatch.Any, now));
        }

        if (weightChanged)
        {
            events.Add(DagManagerEvents.SentinelWeightUpdated(
                comparison.Result.SentinelId, request.Dag.Sentinel!.Weight!.Value, comparison.Result.Version, request.Dag.Context.WorldId, now));
        }

        return events;
    }
}
