using System.Globalization;

namespace Qmtl.Shared.Queues;

/// <summary>
/// A key of a queue map: <c>id:interval:bucket</c>, in the newer generation with <c>#ck=</c> and the compute key.
/// Newer node ids hold a colon of their own.
/// </summary>
/// <param name="NodeId">The node.</param>
/// <param name="Interval">Seconds; 0 where the node has none.</param>
/// <param name="Bucket">0 where the node has none.</param>
/// <param name="ComputeKey">Compute key, or null.</param>
public sealed record PartitionKey(string NodeId, long Interval, long Bucket, string? ComputeKey)
{
    private const string ComputeKeyMark = "#ck=";

    /// <summary>The key's text. An empty compute key counts as none.</summary>
    public static string Format(string nodeId, long? interval, long? bucket, string? computeKey = null)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{nodeId}:{interval ?? 0}:{bucket ?? 0}");
        return string.IsNullOrEmpty(computeKey) ? text : text + ComputeKeyMark + computeKey;
    }

    /// <summary>Reads a key: cut at the first <c>#</c>, then twice from the right at <c>:</c>.</summary>
    /// <exception cref="FormatException">Interval or bucket are missing or no whole numbers.</exception>
    public static PartitionKey Parse(string key)
        => TryParse(key, out var parsed) ? parsed : throw new FormatException($"'{key}' is no partition key; expected id:interval:bucket or id:interval:bucket#ck=key.");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PartitionKey? parsed)
    {
        ArgumentNullException.ThrowIfNull(key);
        parsed = null;
        var mark = key.IndexOf('#', StringComparison.Ordinal);
        var head = mark < 0 ? key : key[..mark];
        var tail = mark < 0 ? "" : key[mark..];
        var second = head.LastIndexOf(':');
        var first = second <= 0 ? -1 : head.LastIndexOf(':', second - 1);
        if (first < 0) return false;
        if (!long.TryParse(head.AsSpan(first + 1, second - first - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var interval)) return false;
        if (!long.TryParse(head.AsSpan(second + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bucket)) return false;
        var computeKey = tail.StartsWith(ComputeKeyMark, StringComparison.Ordinal) && tail.Length > ComputeKeyMark.Length ? tail[ComputeKeyMark.Length..] : null;
        parsed = new PartitionKey(head[..first], interval, bucket, computeKey);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Format(NodeId, Interval, Bucket, ComputeKey);
}
