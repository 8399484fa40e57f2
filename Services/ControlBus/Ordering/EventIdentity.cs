using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.ControlBus.Normalising;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Ordering;

/// <summary>
/// What makes an event the same in two sources. A relay leaves out, rewrites and adds members, so each type has the members that every source keeps.
/// The table stands in docs/design/live-path.md.
/// </summary>
internal static class EventIdentity
{
    private static readonly Dictionary<string, string[]> Fields = new(StringComparer.Ordinal)
    {
        [EventTypes.Activation] = ["active", "etag", "phase", "run_id", "sequence", "side", "strategy_id", "weight", "world_id"],
        [EventTypes.Policy] = ["checksum", "policy_version", "status", "strategies", "world_id"],
        [EventTypes.Queue] = ["interval", "match_mode", "queues", "tags"],
        [EventTypes.QueueLifecycle] = ["action", "interval", "queue", "reason", "tag"],
        [EventTypes.SentinelWeight] = ["sentinel_id", "weight"],
        [EventTypes.Rebalancing] = ["plan", "world_id"],
    };

    /// <summary>The members of a type that identify it between sources; null when it is never paired.</summary>
    public static IReadOnlyList<string>? FieldsOf(string type) => Fields.GetValueOrDefault(type);

    /// <summary>Type and identifying members in one text; null when the type is never paired.</summary>
    public static string? Of(ControlEvent controlEvent)
    {
        if (!Fields.TryGetValue(controlEvent.Type, out var fields)) return null;
        using var document = JsonDocument.Parse(controlEvent.Data);
        var text = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, controlEvent.Type);
            foreach (var field in fields)
            {
                // A relay writes null where the bus has nothing.
                if (!document.RootElement.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) continue;
                writer.WritePropertyName(field);
                Write(writer, value, field);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Writes a value in one form: members sorted, numbers by value, tags sorted.</summary>
    private static void Write(Utf8JsonWriter writer, JsonElement value, string field)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, member.Name);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                var items = value.EnumerateArray();
                if (field == "tags") foreach (var tag in items.Select(item => item.ToString()).Order(StringComparer.Ordinal)) writer.WriteStringValue(tag);
                else foreach (var item in items) Write(writer, item, "");
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteStringValue(value.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
