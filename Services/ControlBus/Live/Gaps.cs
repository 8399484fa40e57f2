using System.Text.Json;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Live;

/// <summary>A gap as an event, so that it stands on the tape where it belongs.</summary>
internal static class Gaps
{
    /// <summary>Type of the events that tell of a gap.</summary>
    public const string Type = "console.gap";

    public static ControlEvent Event(string source, string? topic, string? worldId, string what, bool isProven, DateTimeOffset now) => new()
    {
        Type = Type,
        Key = worldId is null ? $"gap:{source}:{topic}" : $"gap:{source}:{topic}:{worldId}",
        WorldId = worldId,
        Source = source,
        Topic = topic,
        ReceivedAt = now,
        Remarks = [what],
        Data = JsonSerializer.SerializeToUtf8Bytes(new { source, topic, world_id = worldId, what, proven = isProven }),
    };
}
