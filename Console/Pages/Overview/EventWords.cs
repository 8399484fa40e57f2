using System.Globalization;
using System.Text.Json;
using Qmtl.Console.Components.Text;
using Qmtl.Shared.Control;

namespace Qmtl.Console.Pages.Overview;

/// <summary>Control events in words.</summary>
public static class EventWords
{
    /// <summary>The type without underscores.</summary>
    public static string Type(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.Replace('_', ' ');
    }

    /// <summary>One line, from the payload where it has the known fields, else the key. Never throws on a payload.</summary>
    /// <param name="item">The event.</param>
    /// <param name="names">Names by id of strategy or sentinel; an id without a name is shortened.</param>
    public static string Summary(ControlEvent item, IReadOnlyDictionary<string, string> names)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(names);
        try
        {
            using var document = JsonDocument.Parse(item.Data);
            return Known(item.Type, document.RootElement, id => names.GetValueOrDefault(id) ?? Middle.Cut(id, 16)) ?? item.Key;
        }
        catch (JsonException)
        {
            return item.Key;
        }
    }

    private static string? Known(string type, JsonElement data, Func<string, string> name)
    {
        if (data.ValueKind != JsonValueKind.Object) return null;
        return type switch
        {
            // {"strategy_id": "…", "status": "processing"}
            "progress" when Text(data, "strategy_id") is { } id && Text(data, "status") is { } status => $"{name(id)} is {status}",
            // {"sentinel_id": "…", "weight": 0.25}
            "sentinel_weight_updated" when Text(data, "sentinel_id") is { } id && data.TryGetProperty("weight", out var weight) && weight.TryGetDouble(out var value)
                => string.Create(CultureInfo.InvariantCulture, $"{name(id)} weight {value:0.##}"),
            // {"tags": ["btc"], "interval": 60, "queues": [{"queue": "…"}]}
            "queue_updated" when data.TryGetProperty("queues", out var queues) && queues.ValueKind == JsonValueKind.Array && data.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
                => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", tags.EnumerateArray().Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()))}: {queues.GetArrayLength()} {(queues.GetArrayLength() == 1 ? "queue" : "queues")}"),
            _ => null,
        };
    }

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
