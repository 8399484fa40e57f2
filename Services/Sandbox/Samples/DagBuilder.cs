using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Sandbox.Samples;

/// <summary>A node that was added: its id, name and interval, for the nodes that read it.</summary>
internal sealed record NodeRef(string Id, string Name, long Interval);

/// <summary>What goes into a node besides its inputs.</summary>
internal sealed record NodeSpec(string Type, string Name, long Interval, long Period, string[] Tags)
{
    /// <summary>Source text of the compute function; null for nodes without one.</summary>
    public string? Code { get; init; }

    /// <summary>Name of the schema; its hash becomes <c>schema_hash</c>.</summary>
    public string Schema { get; init; } = "scalar-v1";

    /// <summary>Parameters, in the order in which they are written.</summary>
    public (string Name, object Value)[] Params { get; init; } = [];

    /// <summary><c>any</c> or <c>all</c>; tag queries only.</summary>
    public string? MatchMode { get; init; }
}

/// <summary>Writes a DAG as QMTL's SDK does, with right hashes and node ids.</summary>
internal sealed class DagBuilder(DagGeneration generation, string worldId)
{
    private readonly List<(string Id, byte[] Json, string[] Inputs)> _nodes = [];
    private readonly Dictionary<string, NodeRef> _byId = new(StringComparer.Ordinal);

    public int Count => _nodes.Count;

    /// <summary>Adds a node. One that is there already, with the same id, is returned as it is.</summary>
    public NodeRef Add(NodeSpec spec, params NodeRef[] inputs)
    {
        string[] inputIds = [.. inputs.Select(input => input.Id)];
        var codeHash = Sha256(spec.Code ?? "null");
        var schemaHash = Sha256(spec.Schema);
        var parameters = WriteParams(spec);
        var configHash = Sha256(parameters);
        var fields = WriteFields(spec, inputIds, codeHash, configHash, schemaHash, parameters);
        var id = generation == DagGeneration.Older
            ? NodeIdentity.Older(worldId, spec.Type, codeHash, configHash, schemaHash)
            : NewerId(fields);
        if (_byId.TryGetValue(id, out var there)) return there;
        _nodes.Add((id, WithId(fields, id), inputIds));
        return _byId[id] = new NodeRef(id, spec.Name, spec.Interval);
    }

    /// <summary>The nodes that no other node reads, in the order in which they were added.</summary>
    public NodeRef[] Leaves()
    {
        var read = _nodes.SelectMany(node => node.Inputs).ToHashSet(StringComparer.Ordinal);
        return [.. _nodes.Where(node => !read.Contains(node.Id)).Select(node => _byId[node.Id])];
    }

    /// <summary>The DAG as JSON, and its ids in list order.</summary>
    /// <param name="sorted">In the order that the DAG Manager sorts to; else as added, which the released Diff often refuses.</param>
    /// <param name="writeRoot">Writes further root members, such as <c>meta</c>.</param>
    /// <param name="writeSentinel">Writes a <c>VersionSentinel</c> node at the end of the list; null for none.</param>
    public (byte[] Json, string[] NodeIds) Build(bool sorted, Action<Utf8JsonWriter>? writeRoot = null, Action<Utf8JsonWriter>? writeSentinel = null)
    {
        var nodes = sorted ? Sorted() : _nodes;
        var buffer = new ArrayBufferWriter<byte>(1024 + _nodes.Count * 900);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (generation == DagGeneration.Newer) writer.WriteString("schema_version", "v1");
            writeRoot?.Invoke(writer);
            writer.WriteStartArray("nodes");
            foreach (var node in nodes) writer.WriteRawValue(node.Json, skipInputValidation: true);
            writeSentinel?.Invoke(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return (buffer.WrittenSpan.ToArray(), [.. nodes.Select(node => node.Id)]);
    }

    private List<(string Id, byte[] Json, string[] Inputs)> Sorted()
    {
        var waiting = _nodes.ToDictionary(node => node.Id, node => node.Inputs.Length, StringComparer.Ordinal);
        var readers = _nodes
            .SelectMany(node => node.Inputs.Select(input => (Input: input, Reader: node)))
            .ToLookup(edge => edge.Input, edge => edge.Reader, StringComparer.Ordinal);
        var ready = new Queue<(string Id, byte[] Json, string[] Inputs)>(_nodes.Where(node => node.Inputs.Length == 0));
        var sorted = new List<(string Id, byte[] Json, string[] Inputs)>(_nodes.Count);
        while (ready.TryDequeue(out var node))
        {
            sorted.Add(node);
            foreach (var reader in readers[node.Id])
            {
                if (--waiting[reader.Id] == 0) ready.Enqueue(reader);
            }
        }

        return sorted;
    }

    private byte[] WriteFields(NodeSpec spec, string[] inputs, string codeHash, string configHash, string schemaHash, byte[] parameters)
    {
        var newer = generation == DagGeneration.Newer;
        return Write(writer =>
        {
            writer.WriteString("node_type", spec.Type);
            writer.WriteString("name", spec.Name);
            writer.WriteNumber("interval", spec.Interval);
            writer.WriteNumber("period", spec.Period);
            WriteTexts(writer, "tags", spec.Tags);
            WriteTexts(writer, "inputs", inputs);
            if (newer)
            {
                WriteTexts(writer, "dependencies", [.. inputs.Order(StringComparer.Ordinal)]);
                writer.WritePropertyName("params");
                writer.WriteRawValue(parameters);
            }

            writer.WriteString("code_hash", codeHash);

            // Older SDKs do not write config_hash, though the id is made with it.
            if (newer) writer.WriteString("config_hash", configHash);
            writer.WriteString("schema_hash", schemaHash);
            if (newer) writer.WriteString("schema_compat_id", spec.Schema);
            if (newer && spec.MatchMode is not null) writer.WriteString("match_mode", spec.MatchMode);
            writer.WriteBoolean("pre_warmup", true);
            if (newer) writer.WriteNull("expected_schema");
        });
    }

    private static byte[] WriteParams(NodeSpec spec) => Write(writer =>
    {
        foreach (var (name, value) in spec.Params)
        {
            writer.WritePropertyName(name);
            switch (value)
            {
                case string text: writer.WriteStringValue(text); break;
                case int number: writer.WriteNumberValue(number); break;
                case double number: writer.WriteNumberValue(number); break;
                case string[] texts:
                    writer.WriteStartArray();
                    foreach (var text in texts) writer.WriteStringValue(text);
                    writer.WriteEndArray();
                    break;
                default: throw new ArgumentException($"Parameter {name} of {spec.Name} has the unknown type {value.GetType()}.", nameof(spec));
            }
        }
    });

    private static byte[] WithId(byte[] fields, string id)
    {
        using var parsed = JsonDocument.Parse(fields);
        return Write(writer =>
        {
            foreach (var member in parsed.RootElement.EnumerateObject()) member.WriteTo(writer);
            writer.WriteString("node_id", id);
        });
    }

    private static string NewerId(byte[] fields)
    {
        using var parsed = JsonDocument.Parse(fields);
        return NodeIdentity.Newer(parsed.RootElement);
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, string[] texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static string Sha256(string text) => Sha256(Encoding.UTF8.GetBytes(text));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
