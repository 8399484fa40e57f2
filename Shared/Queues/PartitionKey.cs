namespace Qmtl.Shared.Queues;

/// <summary>A key of a queue map: node id, interval, bucket and, in the newer generation, compute key.</summary>
public sealed record PartitionKey(string NodeId, long Interval, long Bucket, string? ComputeKey)
{
    public static string Format(string nodeId, long? interval, long? bucket, string? computeKey = null) => throw new NotSupportedException();

    public static PartitionKey Parse(string key) => throw new NotSupportedException();
}
