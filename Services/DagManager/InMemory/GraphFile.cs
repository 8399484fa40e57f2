using System.Text.Json;

namespace Qmtl.DagManager.InMemory;

/// <summary>
/// Reads a graph file: node-link JSON as QMTL's in-memory repository writes it.
/// <c>{"nodes":[{"id":"blake3:…","type":"compute","node_type":"StreamInput","topic":"btc_…","tags":["btc"],…}]}</c>
/// </summary>
public static class GraphFile
{
    /// <summary>The compute nodes of the file, in its order.</summary>
    /// <exception cref="FormatException">The text is not such a graph; says where.</exception>
    public static IReadOnlyList<ComputeNode> Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("nodes", out var nodes)
                || nodes.ValueKind != JsonValueKind.Array)
            {
                throw new FormatException("A graph file is a JSON object with an array \"nodes\".");
            }

            return [.. nodes.EnumerateArray().Select(Node).OfType<ComputeNode>()];
        }
        catch (JsonException broken)
        {
            throw new FormatException($"The graph file is not JSON: {broken.Message}", broken);
        }
    }

    private static ComputeNode? Node(JsonElement node, int index)
    {
        if (node.ValueKind != JsonValueKind.Object) throw new FormatException($"$.nodes[{index}] is not an object.");
        if (Text(node, "type") is { } type && type != "compute") return null;
        return new ComputeNode
        {
            NodeId = Text(node, "id") ?? Text(node, "node_id") ?? throw new FormatException($"$.nodes[{index}].id is missing or no string."),
            NodeType = Text(node, "node_type") ?? "",
            CodeHash = Text(node, "code_hash") ?? "",
            SchemaHash = Text(node, "schema_hash") ?? "",
            SchemaCompatId = Text(node, "schema_compat_id") ?? Text(node, "schema_id") ?? "",
            Interval = Number(node, "interval"),
            Period = Number(node, "period"),
            Tags = Texts(node, "tags"),
            Bucket = Number(node, "bucket"),
            Topic = Text(node, "topic") ?? throw new FormatException($"$.nodes[{index}].topic is missing or no string."),
            Global = Flag(node, "global") || Flag(node, "is_global"),
            ComputeKeys = Texts(node, "compute_keys"),
        };
    }

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static bool Flag(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static IReadOnlyList<string> Texts(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];
}
