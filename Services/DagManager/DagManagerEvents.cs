using System.Globalization;
using System.Text.Json;
using Qmtl.Shared.Control;

namespace Qmtl.DagManager;

/// <summary>Control events of the DAG Manager, with the data that the released one sends.</summary>
public static class DagManagerEvents
{
    public const string QueueUpdatedType = "queue_updated";
    public const string SentinelWeightUpdatedType = "sentinel_weight_updated";

    /// <summary>Key of queue events: sorted tags and interval.</summary>
    public static string QueueKey(IEnumerable<string> tags, long interval) =>
        string.Create(CultureInfo.InvariantCulture, $"queue:{string.Join(',', tags.Order(StringComparer.Ordinal))}:{interval}");

    /// <summary>Queues of the tags changed. Lists those that are there now.</summary>
    /// <param name="interval">Seconds.</param>
    public static ControlEvent QueueUpdated(
        IReadOnlyList<string> tags, long interval, IReadOnlyList<QueueDescriptor> queues, TagMatch match, DateTimeOffset at)
    {
        var sorted = tags.Order(StringComparer.Ordinal).ToArray();
        var mode = match == TagMatch.All ? "all" : "any";
        var etag = string.Create(CultureInfo.InvariantCulture, $"q:{string.Join('.', sorted)}:{interval}:1");
        var data = new
        {
            type = "QueueUpdated",
            tags,
            interval,
            queues = queues.Select(queue => new { queue = queue.Queue, global = queue.Global }),
            match_mode = mode,
            version = 1,
            etag,
            ts = Timestamp(at),
            idempotency_key = string.Create(CultureInfo.InvariantCulture, $"queue_updated:{string.Join(',', sorted)}:{interval}:{mode}:1"),
        };
        return new ControlEvent
        {
            Type = QueueUpdatedType,
            Key = QueueKey(tags, interval),
            EventTime = at,
            Etag = etag,
            Data = JsonSerializer.SerializeToUtf8Bytes(data),
        };
    }

    /// <summary>A sentinel's traffic weight changed.</summary>
    /// <param name="weight">In [0, 1]; clamped.</param>
    public static ControlEvent SentinelWeightUpdated(string sentinelId, double weight, string? sentinelVersion, string? worldId, DateTimeOffset at)
    {
        var clamped = Math.Clamp(weight, 0, 1);
        var etag = string.Create(CultureInfo.InvariantCulture, $"sw:{sentinelId}:{sentinelVersion}:{clamped:F6}:1");
        var data = new Dictionary<string, object?>
        {
            ["type"] = "SentinelWeightUpdated",
            ["sentinel_id"] = sentinelId,
            ["weight"] = clamped,
            ["version"] = 1,
            ["etag"] = etag,
            ["ts"] = Timestamp(at),
            ["idempotency_key"] = string.Create(CultureInfo.InvariantCulture, $"sentinel_weight_updated:{sentinelId}:{sentinelVersion}:{clamped:F6}:1"),
        };
        if (sentinelVersion is not null) data["sentinel_version"] = sentinelVersion;
        if (worldId is not null) data["world_id"] = worldId;
        return new ControlEvent
        {
            Type = SentinelWeightUpdatedType,
            Key = $"sentinel:{sentinelId}",
            WorldId = worldId,
            EventTime = at,
            Etag = etag,
            Data = JsonSerializer.SerializeToUtf8Bytes(data),
        };
    }

    private static string Timestamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
