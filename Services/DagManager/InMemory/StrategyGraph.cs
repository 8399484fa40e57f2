namespace Qmtl.DagManager.InMemory;

/// <summary>
/// Nodes, queues and sentinels with the indexes that reading needs. Not thread-safe: <see cref="InMemoryDagManager"/> holds its lock.
/// </summary>
internal sealed class StrategyGraph
{
    private readonly Dictionary<string, ComputeNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredQueue> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StoredQueue>> _queuesOfNode = new(StringComparer.Ordinal);
    private readonly Dictionary<long, List<StoredQueue>> _byInterval = [];
    private readonly Dictionary<(string Tag, long Interval), List<StoredQueue>> _byTag = [];
    private readonly Dictionary<string, GraphSentinel> _sentinels = new(StringComparer.Ordinal);

    public GraphCounts Counts => new(_nodes.Count, _queues.Count, _sentinels.Count);

    public ComputeNode? Node(string nodeId) => _nodes.GetValueOrDefault(nodeId);

    public GraphSentinel? Sentinel(string sentinelId) => _sentinels.GetValueOrDefault(sentinelId);

    /// <summary>The node that emits the topic, or null when the topic is free.</summary>
    public string? OwnerOf(string topic) => _queues.GetValueOrDefault(topic)?.NodeId;

    /// <summary>The node's topic within the namespace, or null when it has none there.</summary>
    public string? TopicOf(string nodeId, string topicNamespace)
    {
        foreach (var queue in _queuesOfNode.GetValueOrDefault(nodeId) ?? [])
        {
            if (queue.Topic.Length > topicNamespace.Length
                && queue.Topic[topicNamespace.Length] == '.'
                && queue.Topic.StartsWith(topicNamespace, StringComparison.Ordinal)) return queue.Topic;
        }

        return null;
    }

    public void Put(ComputeNode node) => _nodes[node.NodeId] = node;

    /// <summary>Adds the queue and indexes it by the node's tags. A topic that is there already stays as it is.</summary>
    public void AddQueue(ComputeNode node, string topic, DateTimeOffset? createdAt)
    {
        var queue = new StoredQueue(_queues.Count, topic, node.NodeId, node.Interval, node.Global, createdAt, node.Tags);
        if (!_queues.TryAdd(topic, queue)) return;
        Append(_queuesOfNode, node.NodeId, queue);
        if (node.Interval is not { } interval) return;
        Append(_byInterval, interval, queue);
        foreach (var tag in node.Tags.Distinct(StringComparer.Ordinal)) Append(_byTag, (tag, interval), queue);
    }

    public void Put(GraphSentinel sentinel) => _sentinels[sentinel.SentinelId] = sentinel;

    /// <summary>Queues by tag in the order in which they were added.</summary>
    public List<QueueDescriptor> QueuesByTag(IReadOnlyList<string> tags, long interval, TagMatch match)
    {
        if (tags.Count == 0) return Describe(_byInterval.GetValueOrDefault(interval) ?? []);
        var lists = tags.Select(tag => _byTag.GetValueOrDefault((tag, interval)) ?? []).ToList();
        if (match == TagMatch.Any)
        {
            return lists.Count == 1 ? Describe(lists[0]) : Describe(lists.SelectMany(list => list).DistinctBy(queue => queue.Number).OrderBy(queue => queue.Number));
        }

        var shortest = lists.MinBy(list => list.Count)!;
        return Describe(shortest.Where(queue => tags.All(tag => queue.Tags.Contains(tag))));
    }

    public GraphSnapshot Snapshot() => new(
        [.. _nodes.Values.OrderBy(node => node.NodeId, StringComparer.Ordinal)],
        [.. _queues.Values.OrderBy(queue => queue.Topic, StringComparer.Ordinal)
            .Select(queue => new GraphQueue(queue.Topic, queue.NodeId, queue.Interval, queue.Global, queue.CreatedAt))],
        [.. _sentinels.Values.OrderBy(sentinel => sentinel.SentinelId, StringComparer.Ordinal)]);

    private static List<QueueDescriptor> Describe(IEnumerable<StoredQueue> queues) =>
        [.. queues.Select(queue => new QueueDescriptor(queue.Topic, queue.Global))];

    private static void Append<TKey>(Dictionary<TKey, List<StoredQueue>> index, TKey key, StoredQueue queue)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var list)) index[key] = list = [];
        list.Add(queue);
    }

    private sealed record StoredQueue(
        int Number, string Topic, string NodeId, long? Interval, bool Global, DateTimeOffset? CreatedAt, IReadOnlyList<string> Tags);
}
