using System.Text.Json;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Live;

/// <summary>A gap as an event, so that it stands on the tape where it belongs, and what was read after it.</summary>
internal static class Gaps
{
    /// <summary>Type of the events that tell of a gap.</summary>
    public const string Type = "console.gap";

    /// <summary>Type of the events that tell what was read after a gap.</summary>
    public const string StateReadType = "console.state_read";

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

    public static ControlEvent StateRead(string source, string? worldId, string what, DateTimeOffset now) => new()
    {
        Type = StateReadType,
        Key = $"state-read:{source}:{worldId}",
        WorldId = worldId,
        Source = source,
        ReceivedAt = now,
        Data = JsonSerializer.SerializeToUtf8Bytes(new { source, world_id = worldId, what }),
    };
}
