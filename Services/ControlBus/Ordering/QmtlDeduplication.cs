using System.Globalization;
using System.Text.Json;
using Qmtl.ControlBus.Normalising;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Ordering;

/// <summary>
/// What QMTL's newer Gateway would do with an event from the bus: it keeps one marker for each topic and key, and drops what has the marker of the
/// one before. Its etags repeat, so it drops events that matter. Here they are shown and marked. Not thread-safe.
/// </summary>
internal sealed class QmtlDeduplication(int maxKeys)
{
    private readonly Dictionary<(string Topic, string Key), Marker> _last = [];

    /// <summary>Why the Gateway would drop this one, or null. Events that did not come from the bus have passed it already.</summary>
    public string? WouldDrop(ControlEvent controlEvent, string? transportKey)
    {
        if (controlEvent.Topic is not { } topic) return null;
        var place = (topic, transportKey ?? "");
        var marker = MarkerOf(controlEvent);
        var known = _last.TryGetValue(place, out var before);
        if (known && before == marker)
        {
            return $"its {marker.Words} equal those of the event before it on topic {topic} with key {transportKey}";
        }

        if (known || _last.Count < maxKeys) _last[place] = marker;
        return null;
    }

    private static Marker MarkerOf(ControlEvent controlEvent)
    {
        switch (controlEvent.Type)
        {
            case EventTypes.Activation when controlEvent.RunSequence is { } sequence:
                return new("run id and sequence", controlEvent.RunId, sequence.ToString(CultureInfo.InvariantCulture));
            case EventTypes.Policy:
                return new("checksum and policy version", Member(controlEvent, "checksum"), Member(controlEvent, "policy_version"));
            case EventTypes.SentinelWeight:
                return new("weight and version", Member(controlEvent, "weight"), Member(controlEvent, "version"));
            case EventTypes.Rebalancing:
                return new("version and plan", Member(controlEvent, "version"), Member(controlEvent, "plan"));
            default:
                return new("etag and run id", controlEvent.Etag, controlEvent.RunId);
        }
    }

    private static string? Member(ControlEvent controlEvent, string name)
    {
        var reader = new Utf8JsonReader(controlEvent.Data.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (!found)
            {
                reader.Skip();
                continue;
            }

            // Numbers by value, so that 1 and 1.0 are one weight.
            if (reader.TokenType == JsonTokenType.Number) return reader.GetDouble().ToString("R", CultureInfo.InvariantCulture);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return System.Text.Encoding.UTF8.GetString(controlEvent.Data.Span[start..(int)reader.BytesConsumed]);
        }

        return null;
    }

    private readonly record struct Marker(string Words, string? First, string? Second);
}
