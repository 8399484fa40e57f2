using System.Globalization;
using System.Text.Json;
using Qmtl.Console.Components.Text;
using Qmtl.Shared.Control;

namespace Qmtl.Console.Live;

/// <summary>Control events in words.</summary>
public static class EventWords
{
    /// <summary>Type of the mark that an operator's own change leaves on the tape.</summary>
    public const string OwnChange = "console.change";

    /// <summary>Types of what the console itself says of a gap: that there is one, and what was read after it.</summary>
    public static readonly IReadOnlyList<string> AfterGap = ["console.gap", "console.state_read"];

    private const int IdLength = 16;

    /// <summary>The type without underscores.</summary>
    public static string Type(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.Replace('_', ' ');
    }

    /// <summary>One line, from the payload where it has the known fields, else the key. Never throws on a payload.</summary>
    /// <param name="item">The event.</param>
    /// <param name="names">Names by id of strategy or sentinel; an id without a name is shortened.</param>
    /// <param name="previous">The event before it of the same key, so that a change can be told; null when there is none.</param>
    public static string Summary(ControlEvent item, IReadOnlyDictionary<string, string> names, ControlEvent? previous = null)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(names);
        try
        {
            using var document = JsonDocument.Parse(item.Data);
            using var before = previous is null ? null : JsonDocument.Parse(previous.Data);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return item.Key;
            return Known(item.Type, document.RootElement, before?.RootElement, id => names.GetValueOrDefault(id) ?? Middle.Cut(id, IdLength)) ?? item.Key;
        }
        catch (JsonException)
        {
            return item.Key;
        }
    }

    private static string? Known(string type, JsonElement data, JsonElement? before, Func<string, string> name) => type switch
    {
        // {"strategy_id": "…", "status": "processing"}
        "progress" when Text(data, "strategy_id") is { } id && Text(data, "status") is { } status => $"{name(id)} is {status}",
        // {"sentinel_id": "…", "weight": 0.25}
        "sentinel_weight_updated" when Text(data, "sentinel_id") is { } id && Number(data, "weight") is { } weight => $"{name(id)} weight {Change(before, "weight", weight)}",
        // {"tags": ["btc"], "interval": 60, "queues": [{"queue": "…"}]}
        "queue_updated" or "tagquery_upsert" when Count(data, "queues") is { } count && Tags(data) is { } tags => $"{tags}: {Queues(count)}{Seconds(data)}",
        // {"queue": "…", "action": "drop", "reason": "gc"}
        "queue_lifecycle" when Text(data, "queue") is { } queue && Text(data, "action") is { } action => $"{queue}: {action}{(Text(data, "reason") is { } reason ? $", because {reason}" : "")}",
        // {"strategy_id": "…", "side": "long", "active": true, "weight": 0.5, "effective_mode": "paper"}, or {"phase": "freeze", "run_id": "…"}
        "activation_updated" when Text(data, "strategy_id") is { } id && Text(data, "side") is { } side => $"{name(id)} {side} {Activity(data, before)}",
        "activation_updated" when Text(data, "phase") is { } phase => $"{phase} of run {Text(data, "run_id") ?? "–"}",
        "activation_ack" when Text(data, "phase") is { } phase => $"{phase} of run {Text(data, "run_id") ?? "–"} was taken",
        // {"policy_version": 2, "status": "ACTIVE"}, or the older {"strategies": ["s1"]}
        "policy_updated" when Number(data, "policy_version") is { } version => string.Create(CultureInfo.InvariantCulture, $"policy {version} is {(Text(data, "status") ?? "there").ToLowerInvariant()}"),
        "policy_updated" when Count(data, "strategies") is { } count => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "strategy" : "strategies")} selected"),
        "validation_profile_changed" when Number(data, "policy_version") is { } version => string.Create(CultureInfo.InvariantCulture, $"validation follows policy {version}"),
        "rebalancing_planned" when data.TryGetProperty("plan", out var plan) && plan.ValueKind == JsonValueKind.Object =>
            string.Create(CultureInfo.InvariantCulture, $"{Count(plan, "deltas") ?? 0} position changes{(Number(plan, "scale_world") is { } scale ? $", world scaled to {scale:0.##}" : "")}"),
        "evaluation_run_created" or "evaluation_run_updated" when Text(data, "strategy_id") is { } id => $"{name(id)} {Text(data, "stage") ?? ""} {Text(data, "change_type") ?? Text(data, "status") ?? "evaluation"}".Replace("  ", " ", StringComparison.Ordinal),
        "queue_map" when Text(data, "strategy_id") is { } id && data.TryGetProperty("queue_map", out var map) && map.ValueKind == JsonValueKind.Object => $"{name(id)} mapped to {Queues(map.EnumerateObject().Count())}",
        "deprecation_notice" => Text(data, "message"),
        "console.gap" or "console.state_read" => Text(data, "what"),
        OwnChange => Text(data, "what"),
        _ => null,
    };

    private static string Activity(JsonElement data, JsonElement? before)
    {
        var active = data.TryGetProperty("active", out var value) && value.ValueKind == JsonValueKind.True;
        var weight = Number(data, "weight") is { } number ? $" at {Change(before, "weight", number)}" : "";
        var mode = Text(data, "effective_mode") is { } name ? $" in {name}" : "";
        return active ? $"active{weight}{mode}" : $"inactive{mode}";
    }

    /// <summary>"0.25 → 0.5", or only the new value when the one before is not known or the same.</summary>
    private static string Change(JsonElement? before, string name, double now)
    {
        var after = now.ToString("0.####", CultureInfo.InvariantCulture);
        return before is { } old && Number(old, name) is { } was && was != now ? string.Create(CultureInfo.InvariantCulture, $"{was:0.####} → {after}") : after;
    }

    private static string Queues(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "queue" : "queues")}");

    private static string Seconds(JsonElement data) => Number(data, "interval") is { } interval ? string.Create(CultureInfo.InvariantCulture, $", {interval:0} s") : "";

    private static string? Tags(JsonElement data) => data.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
        ? string.Join(", ", tags.EnumerateArray().Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()))
        : null;

    private static int? Count(JsonElement data, string name) => data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : null;

    private static double? Number(JsonElement data, string name) => data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;

    private static string? Text(JsonElement data, string name) => data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
