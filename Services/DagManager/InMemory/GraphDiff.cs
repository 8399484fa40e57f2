using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;
using Qmtl.Shared.Queues;

namespace Qmtl.DagManager.InMemory;

/// <summary>Compares a DAG with the graph. Reads the graph, changes nothing.</summary>
internal static class GraphDiff
{
    /// <summary>A diff and what registering it needs besides.</summary>
    /// <param name="Result">The answer.</param>
    /// <param name="Nodes">The DAG's nodes, in the order of the answer.</param>
    /// <param name="ComputeKeys">Each node's compute key, in the same order.</param>
    public sealed record Comparison(DiffResult Result, IReadOnlyList<DagNode> Nodes, IReadOnlyList<string> ComputeKeys);

    /// <exception cref="CrossContextTopicReuseException">A stored node with the same code belongs to other compute contexts.</exception>
    public static Comparison Compare(StrategyGraph graph, DiffRequest request, bool enableNamespace)
    {
        var dag = request.Dag;
        var nodes = DiffOrder.Of(dag);
        var version = TopicNames.AsciiVersion(dag.VersionLabel);
        var topicNamespace = enableNamespace ? NamespaceOf(dag) : null;
        var keys = new string[nodes.Count];
        var answers = new NodeQueue[nodes.Count];

        // Topics that this diff gives out count as taken for its later nodes.
        var given = new Dictionary<string, string>(StringComparer.Ordinal);

        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[i];
            keys[i] = ComputeKeys.Compute(node.NodeId, dag.Context).Key;
            var stored = graph.Node(node.NodeId);
            var known = stored is not null && stored.CodeHash == node.CodeHash;
            if (known && stored!.ComputeKeys.Count > 0 && !stored.ComputeKeys.Contains(keys[i]))
            {
                throw new CrossContextTopicReuseException(node.NodeId, keys[i]);
            }

            var topic = !known ? null : topicNamespace is null ? stored!.Topic : graph.TopicOf(node.NodeId, topicNamespace);
            topic ??= TopicNames.Build(
                TopicNames.AsciiAsset(node.Tags), KafkaName.Clean(node.NodeType), KafkaName.Clean(Digest(node.NodeId)), version, topicNamespace,
                existing: name => (graph.OwnerOf(name) is { } owner && (owner != node.NodeId || !known))
                    || (given.TryGetValue(name, out var taker) && taker != node.NodeId));
            given[topic] = node.NodeId;

            var disposition = !known ? NodeDisposition.New
                : stored!.SchemaHash == (node.SchemaHash ?? "") ? NodeDisposition.Reused
                : NodeDisposition.Buffered;
            answers[i] = new NodeQueue(
                node.NodeId,
                PartitionKey.Format(node.NodeId, node.Interval, node.Bucket, keys[i]),
                topic,
                disposition,
                disposition == NodeDisposition.Buffered ? node.Period ?? 0 : null);
        }

        var result = new DiffResult
        {
            SentinelId = $"{request.StrategyId}-sentinel",
            Version = version,
            Nodes = answers,
            SubmissionChecksum = dag.SubmissionChecksum,
            DiffChecksum = dag.DiffChecksum,
        };
        return new Comparison(result, nodes, keys);
    }

    /// <summary><c>topic_namespace</c> of <c>meta</c>, else the world and domain of the DAG's own compute context, else null.</summary>
    private static string? NamespaceOf(Dag dag)
    {
        if (dag.Meta.ValueKind == System.Text.Json.JsonValueKind.Object
            && dag.Meta.TryGetProperty("topic_namespace", out var given)
            && TopicNames.Namespace(given) is { } named) return KafkaName.Clean(named);
        if (string.IsNullOrWhiteSpace(dag.Context.WorldId)) return null;
        var domain = string.IsNullOrWhiteSpace(dag.Context.ExecutionDomain) ? "live" : ExecutionDomains.Resolve(dag.Context.ExecutionDomain);
        return TopicNames.Namespace(dag.Context.WorldId, domain) is { } made ? KafkaName.Clean(made) : null;
    }

    private static string Digest(string nodeId) =>
        nodeId.StartsWith(NodeIdentity.NewerPrefix, StringComparison.Ordinal) ? nodeId[NodeIdentity.NewerPrefix.Length..] : nodeId;
}
