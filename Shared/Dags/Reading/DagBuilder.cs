using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.NodeIds;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Builds a DAG from its parsed JSON and checks it as a whole.</summary>
internal sealed class DagBuilder
{
    private const int SampledIds = 50;
    private static readonly string[] SupportedSchemas = ["v1", "1", "1.0"];

    private readonly FindingList _findings;
    private readonly TextLocator _locator;
    private readonly DagReadOptions _options;
    private readonly SubmissionEnvelope? _envelope;
    private readonly bool _reportSurrogates;
    private readonly Utf8Buffer _text = new(256);
    private JsonElement _schemaVersion, _nodes, _meta, _context, _strategyVersion, _version, _buildVersion;
    private uint _submissionChecksum;
    private VersionSentinelNode? _sentinel;

    public DagBuilder(FindingList findings, TextLocator locator, DagReadOptions options, SubmissionEnvelope? envelope, bool reportSurrogates)
        => (_findings, _locator, _options, _envelope, _reportSurrogates) = (findings, locator, options, envelope, reportSurrogates);

    /// <summary>The DAG, or null where the root holds none.</summary>
    public Dag? Build(JsonElement root)
    {
        var known = ReadRoot(root);
        if (_nodes.ValueKind == JsonValueKind.Undefined && !known)
        {
            if (_findings.WantsError())
                _findings.AddError(FindingCodes.NotReadable, "$", _locator.RangeOf(root) with { Length = 1 }, "The JSON object has no \"nodes\": this is not a DAG.", "Give a DAG (an object with a list of nodes) or a submission (an object with dag_json).");
            return null;
        }

        if (_nodes.ValueKind is not (JsonValueKind.Array or JsonValueKind.Undefined))
        {
            if (_findings.WantsError())
                _findings.AddError(FindingCodes.WrongType, "$.nodes", _locator.RangeOf(_nodes), $"nodes is {NodeReader.Kind(_nodes)}; it must be a list.", "Write the nodes as a list of objects.");
            return null;
        }

        if (_nodes.ValueKind == JsonValueKind.Undefined && _findings.WantsWarning())
            _findings.AddWarning(FindingCodes.WrongType, "$", _locator.RangeOf(root) with { Length = 1 }, "The DAG has no \"nodes\"; it counts as empty.", "Write \"nodes\": [] if that is meant.");

        var generation = _options.Generation ?? GenerationOf();
        CheckSchema(root, generation);
        var nodes = ReadNodes(generation);
        var edges = new DagEdges(nodes, _findings, _locator);
        var diffChecksum = NodeIdChecksum.Of(edges.Order.Select(node => node.NodeId));
        CheckChecksums(diffChecksum);
        var meta = _meta.ValueKind == JsonValueKind.Object ? _meta : default;
        return new Dag
        {
            Generation = generation,
            SchemaVersion = JsonText.StringOrNull(_schemaVersion),
            Nodes = nodes,
            Sentinel = _sentinel,
            Meta = _meta.ValueKind == JsonValueKind.Undefined ? default : _meta.Clone(),
            Context = ContextOf(meta),
            VersionLabel = _sentinel?.Version ?? ContextFields.Version(_strategyVersion, _version, In(meta, "version"u8), In(meta, "strategy_version"u8), In(meta, "build_version"u8)),
            FamilyName = JsonText.StringOrNull(In(meta, "name"u8)) is { Length: > 0 } name ? name : null,
            SubmissionChecksum = _submissionChecksum,
            DiffChecksum = diffChecksum,
        };
    }

    /// <summary>Reads the root's fields. Whether it has nothing but fields of a DAG.</summary>
    private bool ReadRoot(JsonElement root)
    {
        var unknown = new List<JsonProperty>();
        foreach (var property in root.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(property);
            var name = raw.IndexOf((byte)'\\') < 0 ? Encoding.UTF8.GetString(raw) : JsonText.Decode(raw);
            JsonElement earlier;
            switch (name)
            {
                case "schema_version": (earlier, _schemaVersion) = (_schemaVersion, property.Value); break;
                case "nodes": (earlier, _nodes) = (_nodes, property.Value); break;
                case "meta": (earlier, _meta) = (_meta, property.Value); break;
                case "compute_context": (earlier, _context) = (_context, property.Value); break;
                case "strategy_version": (earlier, _strategyVersion) = (_strategyVersion, property.Value); break;
                case "version": (earlier, _version) = (_version, property.Value); break;
                case "build_version": (earlier, _buildVersion) = (_buildVersion, property.Value); break;
                default: unknown.Add(property); continue;
            }

            if (earlier.ValueKind == JsonValueKind.Undefined || !_findings.WantsWarning()) continue;
            _findings.AddWarning(FindingCodes.DuplicateKey, "$" + JsonPath.Member(name), _locator.RangeOfKey(property), $"The key '{name}' stands twice in the DAG; the last value counts.", "Keep one of them.");
        }

        CheckObject(_meta, "meta");
        CheckObject(_context, "compute_context");
        if (_nodes.ValueKind == JsonValueKind.Undefined && unknown.Count > 0) return false;
        foreach (var property in unknown)
        {
            if (!_findings.WantsWarning()) continue;
            var name = JsonText.Decode(JsonMarshal.GetRawUtf8PropertyName(property));
            _findings.AddWarning(FindingCodes.UnknownField, "$" + JsonPath.Member(name), _locator.RangeOfKey(property), $"QMTL does not know the DAG field '{JsonPath.Shown(name)}'.", "Check the spelling; QMTL ignores it.");
        }

        return true;
    }

    private void CheckObject(JsonElement value, string field)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null || !_findings.WantsError()) return;
        _findings.AddError(FindingCodes.WrongType, "$." + field, _locator.RangeOf(value), $"{field} is {NodeReader.Kind(value)}; it must be an object.", "Write an object, or leave it out.");
    }

    /// <summary>What most of the first ids are; without any, what only the newer generation has.</summary>
    private DagGeneration GenerationOf()
    {
        var (newer, older, sampled) = (0, 0, 0);
        foreach (var node in Nodes())
        {
            if (node.ValueKind != JsonValueKind.Object) continue;
            var id = JsonText.Find(node, "node_id"u8);
            if (id.ValueKind == JsonValueKind.String)
            {
                var raw = JsonText.RawString(id);
                if (raw.StartsWith("blake3:"u8)) newer++;
                else if (raw.Length == 64 && IsHex(raw)) older++;
            }

            if (++sampled == SampledIds) break;
        }

        if (newer != older) return newer > older ? DagGeneration.Newer : DagGeneration.Older;
        if (newer > 0 || PythonRepr.IsTruthy(_schemaVersion) || PythonRepr.IsTruthy(_context)) return DagGeneration.Newer;
        foreach (var node in Nodes())
        {
            if (node.ValueKind != JsonValueKind.Object) continue;
            if (Has(node, "schema_compat_id"u8) || Has(node, "dependencies"u8) || Has(node, "params"u8)) return DagGeneration.Newer;
            if (--sampled == 0) break;
        }

        return DagGeneration.Older;
    }

    private static bool Has(JsonElement node, ReadOnlySpan<byte> field) => JsonText.Find(node, field).ValueKind != JsonValueKind.Undefined;

    private static bool IsHex(ReadOnlySpan<byte> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit((char)c)) return false;
        }

        return true;
    }

    private JsonElement.ArrayEnumerator Nodes() => _nodes.ValueKind == JsonValueKind.Array ? _nodes.EnumerateArray() : default;

    private void CheckSchema(JsonElement root, DagGeneration generation)
    {
        var given = _schemaVersion;
        var path = "$.schema_version";
        if (JsonText.StringOrNull(given) is not { Length: > 0 })
        {
            var index = 0;
            foreach (var node in Nodes())
            {
                var inNode = node.ValueKind == JsonValueKind.Object ? JsonText.Find(node, "schema_version"u8) : default;
                if (JsonText.StringOrNull(inNode) is { Length: > 0 })
                {
                    given = inNode;
                    path = JsonPath.Node(index, "schema_version");
                    break;
                }

                index++;
            }
        }

        var version = JsonText.StringOrNull(given);
        var range = given.ValueKind == JsonValueKind.Undefined ? _locator.RangeOf(root) with { Length = 1 } : _locator.RangeOf(given);
        var wrongType = given.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String);
        if (string.IsNullOrEmpty(version))
        {
            if (generation == DagGeneration.Older && !wrongType) return;
            if (!_findings.WantsError()) return;
            _findings.AddError(
                FindingCodes.SchemaInvalid, path, range, wrongType ? $"schema_version is {NodeReader.Kind(given)}; it must be text." : "schema_version is required.",
                "Write \"schema_version\": \"v1\" into the DAG.", fields: ["schema_version"]);
        }
        else if (!SupportedSchemas.Contains(version) && _findings.WantsError())
        {
            _findings.AddError(
                FindingCodes.SchemaInvalid, path, range, $"unsupported schema version: {JsonPath.Shown(version)}", "Write one of \"v1\", \"1\" and \"1.0\".", fields: ["schema_version"]);
        }
    }

    private List<DagNode> ReadNodes(DagGeneration generation)
    {
        var world = _options.WorldId ?? (_envelope?.WorldIds is [var first, ..] ? first : "");
        var reader = new NodeReader(generation, world, _locator, _findings, _reportSurrogates);
        var nodes = new List<DagNode>(_nodes.ValueKind == JsonValueKind.Array ? _nodes.GetArrayLength() : 0);
        var index = -1;
        foreach (var json in Nodes())
        {
            index++;
            if (json.ValueKind != JsonValueKind.Object)
            {
                if (_findings.WantsError())
                    _findings.AddError(FindingCodes.WrongType, JsonPath.Node(index), _locator.RangeOf(json), $"The node is {NodeReader.Kind(json)}; it must be an object.", "Write each node as an object.");
                continue;
            }

            reader.Read(json);
            AddToChecksum(reader.Fields.NodeId);
            if (IsSentinel(reader.Fields.NodeType)) ReadSentinel(reader, json, index);
            else nodes.Add(reader.Build(json, index));
        }

        reader.Finish();
        if (generation == DagGeneration.Older && reader.NotVerifiable > 0 && _findings.WantsWarning())
        {
            var all = reader.NotVerifiable == nodes.Count;
            _findings.AddWarning(
                FindingCodes.NodeIdNotVerifiable, "$.nodes", _locator.RangeOf(_nodes) with { Length = 1 },
                string.Create(CultureInfo.InvariantCulture, $"The ids of {(all ? "all" : $"{reader.NotVerifiable:N0} of {nodes.Count:N0}")} nodes cannot be verified: they carry no config_hash, which an older id is made of."),
                "Nothing to do: older SDKs never write it, and the Gateway does not check these ids either.");
        }

        return nodes;
    }

    private void AddToChecksum(JsonElement nodeId)
    {
        _text.Clear();
        if (PythonRepr.IsTruthy(nodeId)) PythonRepr.AppendStr(nodeId, _text);
        _submissionChecksum = Crc32.Append(_submissionChecksum, _text.Written);
    }

    private static bool IsSentinel(JsonElement type)
        => type.ValueKind == JsonValueKind.String && (JsonText.RawString(type).SequenceEqual("VersionSentinel"u8) || JsonText.StringOrNull(type) == "VersionSentinel");

    private void ReadSentinel(NodeReader reader, JsonElement json, int index)
    {
        var fields = reader.Fields;
        var version = ContextFields.SentinelVersion(fields.Version, fields.StrategyVersion, fields.BuildVersion, fields.NodeId);
        var weight = ContextFields.Weight(fields.TrafficWeight, fields.SentinelWeight, fields.Weight);
        _sentinel = _sentinel is null
            ? new VersionSentinelNode(reader.Text(fields.NodeId), version, weight)
            : _sentinel with { Weight = _sentinel.Weight ?? weight };
        if (!_findings.WantsWarning()) return;
        _findings.AddWarning(
            FindingCodes.SentinelNode, JsonPath.Node(index), _locator.RangeOf(json),
            "The DAG brings its own VersionSentinel node. The Gateway adds one itself, refuses a submission that has one, and its id enters the submission checksum alone.",
            "Leave the node out of what you submit; give the version in meta.", reader.Text(fields.NodeId));
    }

    private ComputeContext ContextOf(JsonElement meta)
    {
        var context = ContextFields.Context(_context.ValueKind == JsonValueKind.Object ? _context : In(meta, "compute_context"u8));
        if (context.DatasetFingerprint is not null) return context;
        var dataset = ContextFields.Scalar(In(meta, "dataset_fingerprint"u8));
        return dataset is null ? context : context with { DatasetFingerprint = dataset };
    }

    private static JsonElement In(JsonElement owner, ReadOnlySpan<byte> name) => owner.ValueKind == JsonValueKind.Object ? JsonText.Find(owner, name) : default;

    private void CheckChecksums(uint diffChecksum)
    {
        if (_envelope?.NodeIdsCrc32 is { } given && given != _submissionChecksum && _findings.WantsError())
        {
            _findings.AddError(
                FindingCodes.ChecksumMismatch, "$.node_ids_crc32", null,
                string.Create(CultureInfo.InvariantCulture, $"The envelope's node_ids_crc32 is {given}; the node ids in list order give {_submissionChecksum}."),
                "Compute it as CRC-32 over the UTF-8 of all node ids in the order of the list, without separators.", expected: _submissionChecksum.ToString(CultureInfo.InvariantCulture));
        }

        if (_submissionChecksum == diffChecksum || !_findings.WantsWarning()) return;
        var why = _sentinel is null ? "the node list is not in the order in which the DAG Manager walks it" : "the DAG Manager leaves the VersionSentinel node out";
        _findings.AddWarning(
            FindingCodes.OrderBreaksDiff, "$.nodes", _locator.RangeOf(_nodes) with { Length = 1 },
            string.Create(CultureInfo.InvariantCulture, $"The checksum in list order ({_submissionChecksum}) differs from the DAG Manager's ({diffChecksum}), because {why}. The released Gateway throws the Diff away then and answers from tag queries alone."),
            "Order the nodes first in, first out: sources in list order, then each node as soon as its last input has come.");
    }
}
