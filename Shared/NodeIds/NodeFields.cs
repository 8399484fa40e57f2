using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>The fields of one node, found in a single pass. Where a key stands twice the last one counts. Absent fields are undefined.</summary>
internal sealed class NodeFields
{
    public JsonElement NodeId, NodeType, Name, Interval, Period, Bucket, Tags, Inputs, Dependencies, Params, Config;
    public JsonElement CodeHash, ConfigHash, SchemaHash, SchemaCompatId, SchemaId, MatchMode, PreWarmup, ExpectedSchema, SchemaVersion;
    public JsonElement Version, StrategyVersion, BuildVersion, TrafficWeight, SentinelWeight, Weight;

    /// <summary>Properties that QMTL does not know.</summary>
    public List<JsonProperty> Unknown { get; } = [];

    /// <summary>Properties whose key stood before in the same node.</summary>
    public List<JsonProperty> Repeated { get; } = [];

    /// <summary>Reads an object's fields.</summary>
    public void Read(JsonElement node)
    {
        NodeId = NodeType = Name = Interval = Period = Bucket = Tags = Inputs = Dependencies = Params = Config = default;
        CodeHash = ConfigHash = SchemaHash = SchemaCompatId = SchemaId = MatchMode = PreWarmup = ExpectedSchema = SchemaVersion = default;
        Version = StrategyVersion = BuildVersion = TrafficWeight = SentinelWeight = Weight = default;
        if (Unknown.Count > 0) Unknown.Clear();
        if (Repeated.Count > 0) Repeated.Clear();
        foreach (var property in node.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (name.Contains((byte)'\\'))
            {
                var decoded = new Utf8Buffer(name.Length);
                JsonText.AppendDecoded(name, decoded);
                name = decoded.Written;
            }

            ref var field = ref Find(name);
            if (Unsafe.IsNullRef(ref field))
            {
                Unknown.Add(property);
                continue;
            }

            if (field.ValueKind != JsonValueKind.Undefined) Repeated.Add(property);
            field = property.Value;
        }
    }

    private ref JsonElement Find(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 4:
                if (name.SequenceEqual("name"u8)) return ref Name;
                if (name.SequenceEqual("tags"u8)) return ref Tags;
                break;
            case 6:
                if (name.SequenceEqual("inputs"u8)) return ref Inputs;
                if (name.SequenceEqual("params"u8)) return ref Params;
                if (name.SequenceEqual("period"u8)) return ref Period;
                if (name.SequenceEqual("bucket"u8)) return ref Bucket;
                if (name.SequenceEqual("config"u8)) return ref Config;
                if (name.SequenceEqual("weight"u8)) return ref Weight;
                break;
            case 7:
                if (name.SequenceEqual("node_id"u8)) return ref NodeId;
                if (name.SequenceEqual("version"u8)) return ref Version;
                break;
            case 8:
                if (name.SequenceEqual("interval"u8)) return ref Interval;
                break;
            case 9:
                if (name.SequenceEqual("node_type"u8)) return ref NodeType;
                if (name.SequenceEqual("code_hash"u8)) return ref CodeHash;
                if (name.SequenceEqual("schema_id"u8)) return ref SchemaId;
                break;
            case 10:
                if (name.SequenceEqual("match_mode"u8)) return ref MatchMode;
                if (name.SequenceEqual("pre_warmup"u8)) return ref PreWarmup;
                break;
            case 11:
                if (name.SequenceEqual("config_hash"u8)) return ref ConfigHash;
                if (name.SequenceEqual("schema_hash"u8)) return ref SchemaHash;
                break;
            case 12:
                if (name.SequenceEqual("dependencies"u8)) return ref Dependencies;
                break;
            case 13:
                if (name.SequenceEqual("build_version"u8)) return ref BuildVersion;
                break;
            case 14:
                if (name.SequenceEqual("schema_version"u8)) return ref SchemaVersion;
                if (name.SequenceEqual("traffic_weight"u8)) return ref TrafficWeight;
                break;
            case 15:
                if (name.SequenceEqual("expected_schema"u8)) return ref ExpectedSchema;
                if (name.SequenceEqual("sentinel_weight"u8)) return ref SentinelWeight;
                break;
            case 16:
                if (name.SequenceEqual("schema_compat_id"u8)) return ref SchemaCompatId;
                if (name.SequenceEqual("strategy_version"u8)) return ref StrategyVersion;
                break;
        }

        return ref Unsafe.NullRef<JsonElement>();
    }
}
