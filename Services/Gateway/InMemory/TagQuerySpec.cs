using System.Text.Json;
using Qmtl.DagManager;
using Qmtl.Shared.Dags;

namespace Qmtl.Gateway.InMemory;

/// <summary>What a tag-query node asks for.</summary>
internal sealed record TagQuerySpec(IReadOnlyList<string> Tags, long Interval, TagMatch Match)
{
    /// <summary>
    /// Tags from <c>params.query_tags</c>, <c>params.tags</c> or <c>tags</c>; the interval from the node, else <c>params</c>. Null when either is missing.
    /// </summary>
    public static TagQuerySpec? Of(DagNode node)
    {
        var parameters = node.Json.ValueKind == JsonValueKind.Object && node.Json.TryGetProperty("params", out var given) && given.ValueKind == JsonValueKind.Object
            ? given
            : default;
        var tags = Texts(parameters, "query_tags") ?? Texts(parameters, "tags") ?? (node.Tags.Count > 0 ? node.Tags : null);
        var interval = node.Interval ?? Number(parameters, "interval");
        if (tags is null || interval is null) return null;
        var mode = node.MatchMode ?? Text(parameters, "match_mode");
        return new TagQuerySpec(tags, interval.Value, string.Equals(mode, "all", StringComparison.OrdinalIgnoreCase) ? TagMatch.All : TagMatch.Any);
    }

    private static IReadOnlyList<string>? Texts(JsonElement parameters, string name)
    {
        if (parameters.ValueKind != JsonValueKind.Object || !parameters.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Array) return null;
        string[] texts = [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
        return texts.Length > 0 ? texts : null;
    }

    private static string? Text(JsonElement parameters, string name) =>
        parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? Number(JsonElement parameters, string name) =>
        parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
