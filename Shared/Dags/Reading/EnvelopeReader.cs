using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Reads the envelope around a DAG. Its findings have no place in the DAG's text.</summary>
internal static class EnvelopeReader
{
    public static SubmissionEnvelope Read(JsonElement envelope, FindingList findings)
    {
        var meta = JsonText.Find(envelope, "meta"u8);
        if (meta.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null)) WrongType(findings, "meta", meta, "an object");
        var isObject = meta.ValueKind == JsonValueKind.Object;
        return new SubmissionEnvelope
        {
            NodeIdsCrc32 = Checksum(JsonText.Find(envelope, "node_ids_crc32"u8), findings),
            WorldIds = Worlds(envelope, findings),
            MetaJson = isObject ? meta.GetRawText() : null,
            Context = ContextFields.OfSubmission(meta),
            VersionLabel = isObject ? ContextFields.Version(JsonText.Find(meta, "version"u8), JsonText.Find(meta, "strategy_version"u8), JsonText.Find(meta, "build_version"u8)) : null,
            FamilyName = isObject && JsonText.StringOrNull(JsonText.Find(meta, "name"u8)) is { Length: > 0 } name ? name : null,
        };
    }

    private static uint? Checksum(JsonElement value, FindingList findings)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when value.TryGetUInt32(out var checksum):
                return checksum;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                if (findings.WantsWarning())
                    findings.AddWarning(FindingCodes.EnvelopeField, "$.node_ids_crc32", null, "The envelope has no node_ids_crc32; the Gateway requires it.", "Add the CRC-32 over the node ids in list order.", fields: ["node_ids_crc32"]);
                return null;
            default:
                WrongType(findings, "node_ids_crc32", value, "a whole number from 0 to 4294967295");
                return null;
        }
    }

    private static IReadOnlyList<string> Worlds(JsonElement envelope, FindingList findings)
    {
        var list = JsonText.Find(envelope, "world_ids"u8);
        if (list.ValueKind == JsonValueKind.Array)
        {
            var worlds = new List<string>();
            foreach (var item in list.EnumerateArray())
            {
                if (JsonText.StringOrNull(item) is { } world) worlds.Add(world);
                else WrongType(findings, "world_ids", item, "a list of texts");
            }

            return worlds;
        }

        if (list.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null)) WrongType(findings, "world_ids", list, "a list of texts");
        var single = JsonText.Find(envelope, "world_id"u8);
        if (single.ValueKind is not (JsonValueKind.String or JsonValueKind.Undefined or JsonValueKind.Null)) WrongType(findings, "world_id", single, "text");
        return JsonText.StringOrNull(single) is { Length: > 0 } only ? [only] : [];
    }

    private static void WrongType(FindingList findings, string field, JsonElement value, string wanted)
    {
        if (!findings.WantsError()) return;
        findings.AddError(FindingCodes.WrongType, "$." + field, null, $"The envelope's {field} is {NodeReader.Kind(value)}; it must be {wanted}.", $"Write {wanted}.", fields: [field]);
    }
}
