using System.Buffers;
using System.Text.Json;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Sandbox.Samples;

/// <summary>How far a sample strategy got.</summary>
internal enum SampleFate
{
    /// <summary>No worker took it.</summary>
    StaysQueued,

    /// <summary>Queued at start; the activity takes it on.</summary>
    Waits,
    Processing,
    Completed,
    Failed,
}

/// <summary>A sample strategy before it is submitted.</summary>
internal sealed record SampleStrategy(string? Family, string? Version, string[] Worlds, TimeSpan Age, SampleFate Fate, Action<DagBuilder> Build)
{
    public DagGeneration Generation { get; init; } = DagGeneration.Newer;

    /// <summary>Traffic weight of the <c>VersionSentinel</c> node it carries; null for none.</summary>
    public double? Weight { get; init; }

    /// <summary>In the order that the released Diff accepts; SDK output often is not.</summary>
    public bool Sorted { get; init; } = true;

    /// <summary>Whether the DAG names its own world and domain, which go into topics and compute keys.</summary>
    public bool NamesItsWorld { get; init; }

    private string SentinelNodeId => $"{Family}-{Version}-sentinel";

    /// <summary>The body that <c>POST /strategies</c> takes.</summary>
    public byte[] Envelope(DateTimeOffset asOf)
    {
        var builder = new DagBuilder(Generation, Worlds[0]);
        Build(builder);
        var (json, nodeIds) = builder.Build(Sorted, Generation == DagGeneration.Newer ? WriteRoot : null, Weight is null ? null : WriteSentinel);
        var buffer = new ArrayBufferWriter<byte>(json.Length * 3 / 2 + 1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteBase64String("dag_json", json);
            writer.WriteStartObject("meta");
            if (Family is not null) writer.WriteString("name", Family);
            if (Version is not null) writer.WriteString("version", Version);
            writer.WriteString("as_of", asOf.UtcDateTime.ToString("yyyy-MM-ddT00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
            writer.WriteEndObject();

            // The Gateway sums all ids of the list, the sentinel's too.
            writer.WriteNumber("node_ids_crc32", NodeIdChecksum.Of(Weight is null ? nodeIds : [.. nodeIds, SentinelNodeId]));
            if (Generation == DagGeneration.Older)
            {
                writer.WriteString("world_id", Worlds[0]);
            }
            else
            {
                writer.WriteStartArray("world_ids");
                foreach (var world in Worlds) writer.WriteStringValue(world);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void WriteRoot(Utf8JsonWriter writer)
    {
        if (Version is not null)
        {
            writer.WriteStartObject("meta");
            if (Family is not null) writer.WriteString("name", Family);
            writer.WriteString("version", Version);
            writer.WriteEndObject();
        }

        if (!NamesItsWorld) return;
        writer.WriteStartObject("compute_context");
        writer.WriteString("world_id", Worlds[0]);
        writer.WriteString("execution_domain", "live");
        writer.WriteEndObject();
    }

    private void WriteSentinel(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("node_type", "VersionSentinel");
        writer.WriteString("node_id", SentinelNodeId);
        writer.WriteString("version", Version);
        writer.WriteNumber("traffic_weight", Weight!.Value);
        writer.WriteEndObject();
    }
}
