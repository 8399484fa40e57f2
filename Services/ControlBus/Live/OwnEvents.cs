using System.Text.Json;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Live;

/// <summary>What the console itself puts into the journal, so that it stands on the tape where it belongs.</summary>
internal static class OwnEvents
{
    /// <summary>Type of the events that tell of a gap.</summary>
    public const string Gap = "console.gap";

    /// <summary>Type of the events that tell what was read after a gap.</summary>
    public const string StateRead = "console.state_read";

    /// <summary>Type of the events that tell of an operator's own change.</summary>
    public const string Change = "console.change";

    private const string Source = "console";

    public static ControlEvent OfGap(string source, string? topic, string? worldId, string what, bool isProven, DateTimeOffset now) => new()
    {
        Type = Gap,
        Key = worldId is null ? $"gap:{source}:{topic}" : $"gap:{source}:{topic}:{worldId}",
        WorldId = worldId,
        Source = source,
        Topic = topic,
        ReceivedAt = now,
        Remarks = [what],
        Data = JsonSerializer.SerializeToUtf8Bytes(new { source, topic, world_id = worldId, what, proven = isProven }),
    };

    public static ControlEvent OfStateRead(string source, string? worldId, string what, DateTimeOffset now) => new()
    {
        Type = StateRead,
        Key = $"state-read:{source}:{worldId}",
        WorldId = worldId,
        Source = source,
        ReceivedAt = now,
        Data = JsonSerializer.SerializeToUtf8Bytes(new { source, world_id = worldId, what }),
    };

    public static ControlEvent OfChange(LiveMark mark, DateTimeOffset now) => new()
    {
        Type = Change,
        Key = $"change:{mark.Target}",
        WorldId = mark.WorldId,
        Source = Source,
        ReceivedAt = now,
        Data = JsonSerializer.SerializeToUtf8Bytes(new { what = mark.What, plan = mark.PlanId, target = mark.Target, world_id = mark.WorldId }),
    };
}
