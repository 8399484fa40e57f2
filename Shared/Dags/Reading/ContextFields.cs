using System.Globalization;
using System.Text.Json;
using Qmtl.Shared.Queues;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Compute context, version label, family and weight as they stand in <c>meta</c>, <c>compute_context</c> and sentinels.</summary>
internal static class ContextFields
{
    /// <summary>A compute context from an object; empty for anything else. Both spellings of each field are known.</summary>
    public static ComputeContext Context(JsonElement owner)
    {
        if (owner.ValueKind != JsonValueKind.Object) return ComputeContext.Empty;
        return new ComputeContext(
            Either(owner, "world_id"u8, "world"u8), Either(owner, "execution_domain"u8, "domain"u8),
            Scalar(JsonText.Find(owner, "as_of"u8)), Scalar(JsonText.Find(owner, "partition"u8)),
            Either(owner, "dataset_fingerprint"u8, "datasetFingerprint"u8));
    }

    /// <summary>The context that a submission's <c>meta</c> asks for; it names no world.</summary>
    public static ComputeContext OfSubmission(JsonElement meta) => meta.ValueKind == JsonValueKind.Object
        ? new ComputeContext(
            null, Scalar(JsonText.Find(meta, "execution_domain"u8)), Scalar(JsonText.Find(meta, "as_of"u8)), Scalar(JsonText.Find(meta, "partition"u8)),
            Either(meta, "dataset_fingerprint"u8, "datasetFingerprint"u8))
        : ComputeContext.Empty;

    /// <summary>The first of the values that is not empty, as a version label; null where none is.</summary>
    public static string? Version(params ReadOnlySpan<JsonElement> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (!PythonRepr.IsTruthy(candidate)) continue;
            return candidate.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True ? TopicNames.Version(Str(candidate)) : TopicNames.DefaultVersion;
        }

        return null;
    }

    /// <summary>A sentinel's label: the first of its three fields that is there, else its id.</summary>
    public static string SentinelVersion(JsonElement version, JsonElement strategyVersion, JsonElement buildVersion, JsonElement nodeId)
    {
        foreach (var candidate in (ReadOnlySpan<JsonElement>)[version, strategyVersion, buildVersion, nodeId])
        {
            if (candidate.ValueKind == JsonValueKind.Undefined) continue;
            return candidate.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? TopicNames.Version(Str(candidate)) : TopicNames.DefaultVersion;
        }

        return TopicNames.DefaultVersion;
    }

    /// <summary>A weight in [0, 1], clamped, from a number or a text; null for anything else.</summary>
    public static double? Weight(params ReadOnlySpan<JsonElement> candidates)
    {
        foreach (var candidate in candidates)
        {
            double weight;
            switch (candidate.ValueKind)
            {
                case JsonValueKind.True:
                    return 1;
                case JsonValueKind.False:
                    return 0;
                case JsonValueKind.Number when candidate.TryGetDouble(out weight):
                    break;
                case JsonValueKind.String when double.TryParse(PythonText.Strip(JsonText.StringOrNull(candidate)!), NumberStyles.Float, CultureInfo.InvariantCulture, out weight):
                    break;
                default:
                    continue;
            }

            if (double.IsFinite(weight)) return Math.Clamp(weight, 0, 1);
        }

        return null;
    }

    /// <summary>A text, number or truth value as trimmed text; null where nothing is left or the value is something else.</summary>
    public static string? Scalar(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)) return null;
        var text = PythonText.Strip(Str(value));
        return text.Length == 0 ? null : text;
    }

    private static string? Either(JsonElement owner, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherName)
    {
        var value = JsonText.Find(owner, name);
        return Scalar(PythonRepr.IsTruthy(value) ? value : JsonText.Find(owner, otherName));
    }

    private static string Str(JsonElement value)
    {
        var text = new Utf8Buffer(64);
        PythonRepr.AppendStr(value, text);
        return JsonText.ToUtf16(text.Written);
    }
}
