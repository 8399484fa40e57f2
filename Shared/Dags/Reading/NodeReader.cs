using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Qmtl.Shared.NodeIds;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Reads one node after the other and checks what can be said about a node alone.</summary>
internal sealed class NodeReader(DagGeneration generation, string worldId, TextLocator locator, FindingList findings, bool reportSurrogates)
{
    private static readonly string[] Required = ["node_type", "code_hash", "config_hash", "schema_hash", "schema_compat_id"];
    private static readonly NodeIdVerdict NoId = new(NodeIdState.NotVerifiable, null, "The node has no id.");

    private readonly CanonicalNode _canonical = new();
    private readonly NodeIdCheck _check = new();
    private readonly TextCache _texts = new(locator.Length);
    private readonly List<string> _items = [];
    private readonly UnknownFields _unknown = new();

    /// <summary>The fields of the node read last.</summary>
    public NodeFields Fields { get; } = new();

    /// <summary>Nodes of the older generation without enough to verify their id.</summary>
    public int NotVerifiable { get; private set; }

    /// <summary>Reads a node's fields. The rest follows by <see cref="Build"/> or, for a sentinel, by nothing.</summary>
    public void Read(JsonElement node) => Fields.Read(node);

    /// <summary>The string of a text value, shared within the document.</summary>
    public string? Text(JsonElement value) => _texts.Get(value);

    /// <summary>Checks the node read last and builds its model.</summary>
    public DagNode Build(JsonElement json, int index)
    {
        var fields = Fields;
        var nodeId = Text(fields.NodeId) ?? "";
        ReportKeys(index, nodeId);
        var inputs = TextList(fields.Inputs, index, "inputs", nodeId);
        var dependencies = SameText(fields.Inputs, fields.Dependencies) ? inputs : TextList(fields.Dependencies, index, "dependencies", nodeId);
        CompareDependencies(index, nodeId, inputs, dependencies);
        CheckText(fields.NodeType, index, "node_type", nodeId);
        CheckText(fields.Name, index, "name", nodeId);
        CheckText(fields.CodeHash, index, "code_hash", nodeId);
        CheckText(fields.ConfigHash, index, "config_hash", nodeId);
        CheckText(fields.SchemaHash, index, "schema_hash", nodeId);
        CheckText(fields.SchemaCompatId, index, "schema_compat_id", nodeId);
        CheckText(fields.SchemaId, index, "schema_id", nodeId);
        CheckText(fields.MatchMode, index, "match_mode", nodeId);
        CheckLoose(fields.PreWarmup, index, "pre_warmup", nodeId, "true or false", fields.PreWarmup.ValueKind is JsonValueKind.True or JsonValueKind.False);
        CheckLoose(fields.Params, index, "params", nodeId, "an object", fields.Params.ValueKind == JsonValueKind.Object);

        var range = locator.RangeOf(json);
        return new DagNode
        {
            Index = index,
            NodeId = nodeId,
            NodeType = Text(fields.NodeType) ?? "",
            Name = Text(fields.Name),
            Interval = Whole(fields.Interval, index, "interval", nodeId),
            Period = Whole(fields.Period, index, "period", nodeId),
            Bucket = Whole(fields.Bucket, index, "bucket", nodeId),
            Tags = TextList(fields.Tags, index, "tags", nodeId),
            Inputs = inputs,
            Dependencies = dependencies,
            CodeHash = Text(fields.CodeHash),
            ConfigHash = Text(fields.ConfigHash),
            SchemaHash = Text(fields.SchemaHash),
            SchemaCompatId = Text(fields.SchemaCompatId),
            SchemaId = Text(fields.SchemaId),
            MatchMode = Text(fields.MatchMode),
            PreWarmup = fields.PreWarmup.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null },
            Text = locator.TextOf(range),
            At = locator.Locate(range),
            Verdict = generation == DagGeneration.Newer ? VerifyNewer(json, index, nodeId) : VerifyOlder(json, index, nodeId),
        };
    }

    /// <summary>Adds what was seen on many nodes as one finding each.</summary>
    public void Finish() => _unknown.Report(findings);

    private NodeIdVerdict VerifyNewer(JsonElement json, int index, string nodeId)
    {
        var fields = Fields;
        if (nodeId.Length == 0)
        {
            ReportMissing(json, index, nodeId, ["node_id"]);
            return NoId;
        }

        var written = _canonical.TryWrite(fields);
        if (_canonical.SchemaConflict)
        {
            if (findings.WantsError())
            {
                findings.AddError(
                    FindingCodes.SchemaCompatMismatch, JsonPath.Node(index, "schema_id"), locator.RangeOf(fields.SchemaId),
                    _canonical.Refusal!.Message, "Send schema_compat_id alone, or the same text in schema_id.", nodeId);
            }

            return new NodeIdVerdict(NodeIdState.Refused, null, _canonical.Refusal!.Message);
        }

        List<string>? missing = null;
        for (var i = 0; i < Required.Length; i++)
        {
            var value = i switch { 0 => fields.NodeType, 1 => fields.CodeHash, 2 => fields.ConfigHash, 3 => fields.SchemaHash, _ => fields.SchemaCompatId };
            if (PythonRepr.IsTruthy(value) || i == 4 && PythonRepr.IsTruthy(fields.SchemaId)) continue;
            (missing ??= []).Add(Required[i]);
        }

        if (written && _canonical.IsTagQuery)
        {
            if (_canonical.QueryTagCount == 0) (missing ??= []).Add("tags");
            if (!_canonical.HasQueryInterval) (missing ??= []).Add("interval");
        }

        if (missing is not null)
        {
            ReportMissing(json, index, nodeId, missing);
            return new NodeIdVerdict(NodeIdState.NotVerifiable, null, $"Missing: {string.Join(", ", missing)}.");
        }

        if (!written)
        {
            var refusal = _canonical.Refusal!;
            if ((refusal.PythonError != "UnicodeEncodeError" || reportSurrogates) && findings.WantsError())
            {
                findings.AddError(
                    FindingCodes.BadValue, JsonPath.Node(index), locator.RangeOf(json),
                    $"QMTL cannot compute the id of this node: {refusal.Message}", "Put the value right; the Gateway answers such a node with an internal error.", nodeId);
            }

            return new NodeIdVerdict(NodeIdState.Refused, null, refusal.Message);
        }

        if (_canonical.DuplicateKey is { } twice) ReportRepeated(index, "params", twice, locator.RangeOf(fields.Params), nodeId);
        var verdict = _check.Newer(_canonical.Written, nodeId);
        if (verdict.State == NodeIdState.Mismatch) ReportMismatch(index, nodeId, verdict, "Regenerate the ids with the SDK after every change of type, interval, period, params, inputs, schema_compat_id or code_hash.");
        return verdict;
    }

    private NodeIdVerdict VerifyOlder(JsonElement json, int index, string nodeId)
    {
        var fields = Fields;
        if (nodeId.Length == 0)
        {
            ReportMissing(json, index, nodeId, ["node_id"]);
            return NoId;
        }

        if (!PythonRepr.IsTruthy(fields.CodeHash) || !PythonRepr.IsTruthy(fields.SchemaHash))
        {
            var missing = new List<string>();
            if (!PythonRepr.IsTruthy(fields.CodeHash)) missing.Add("code_hash");
            if (!PythonRepr.IsTruthy(fields.SchemaHash)) missing.Add("schema_hash");
            if (findings.WantsWarning())
            {
                findings.AddWarning(
                    FindingCodes.NodeIdFields, JsonPath.Node(index), locator.RangeOf(json), $"The node has no {string.Join(" and no ", missing)}; the DAG Manager's Diff fails on it.",
                    "Generate the DAG with the SDK so that each node carries its hashes.", nodeId, missing);
            }
        }

        var type = Text(fields.NodeType);
        if (string.IsNullOrEmpty(type) || Text(fields.CodeHash) is not { Length: > 0 } code || Text(fields.ConfigHash) is not { Length: > 0 } config || Text(fields.SchemaHash) is not { Length: > 0 } schema)
        {
            NotVerifiable++;
            return NodeIdCheck.OlderWithoutFields;
        }

        var verdict = NodeIdCheck.Older(worldId, type, code, config, schema, nodeId);
        if (verdict.State == NodeIdState.Mismatch)
        {
            ReportMismatch(
                index, nodeId, verdict,
                worldId.Length == 0
                    ? "Older ids are made with the world: name the world the DAG was made for, or generate the ids again."
                    : $"Older ids are made with the world; this was checked for world '{worldId}'. Name the right one, or generate the ids again.");
        }

        return verdict;
    }

    private void ReportMissing(JsonElement json, int index, string nodeId, IReadOnlyList<string> missing)
    {
        if (!findings.WantsError()) return;
        var isType = missing is ["node_id"] && Fields.NodeId.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String);
        findings.AddError(
            FindingCodes.NodeIdFields, JsonPath.Node(index), locator.RangeOf(json),
            isType ? "node_id is not text." : $"Missing or empty: {string.Join(", ", missing)}.",
            "Generate the DAG again with a current SDK, so that each node has an id and the fields it is made of.", nodeId.Length == 0 ? null : nodeId, missing);
    }

    private void ReportMismatch(int index, string nodeId, NodeIdVerdict verdict, string advice)
    {
        if (!findings.WantsError()) return;
        findings.AddError(
            FindingCodes.NodeIdMismatch, JsonPath.Node(index, "node_id"), locator.RangeOf(Fields.NodeId),
            $"The node's fields give the id {verdict.Expected}. {verdict.Reason}".TrimEnd(), advice, nodeId, expected: verdict.Expected);
    }

    private void ReportKeys(int index, string nodeId)
    {
        foreach (var property in Fields.Unknown) _unknown.Add(property, index, locator);
        foreach (var property in Fields.Repeated)
            ReportRepeated(index, null, JsonText.Decode(JsonMarshal.GetRawUtf8PropertyName(property)), locator.RangeOfKey(property), nodeId);
    }

    private void ReportRepeated(int index, string? within, string key, ByteRange range, string nodeId)
    {
        if (!findings.WantsWarning()) return;
        var shown = JsonPath.Shown(key);
        findings.AddWarning(
            FindingCodes.DuplicateKey, within is null ? JsonPath.Node(index) + JsonPath.Member(key) : JsonPath.Node(index, within), range,
            $"The key '{shown}' stands twice in one object{(within is null ? "" : " in " + within)}; the last value counts.", "Keep one of them.", nodeId);
    }

    private void CompareDependencies(int index, string nodeId, string[] inputs, string[] dependencies)
    {
        if (ReferenceEquals(inputs, dependencies) || Fields.Dependencies.ValueKind != JsonValueKind.Array || Fields.Inputs.ValueKind != JsonValueKind.Array) return;
        if (inputs.Length == dependencies.Length && new HashSet<string>(inputs, StringComparer.Ordinal).SetEquals(dependencies)) return;
        if (inputs.Length != dependencies.Length && new HashSet<string>(inputs, StringComparer.Ordinal).SetEquals(dependencies)) return;
        if (!findings.WantsWarning()) return;
        findings.AddWarning(
            FindingCodes.DependenciesDiffer, JsonPath.Node(index, "dependencies"), locator.RangeOf(Fields.Dependencies),
            "inputs and dependencies name different nodes. The id and the order are made from inputs (from dependencies only where inputs is empty).",
            "Write the same nodes into both, or leave dependencies out.", nodeId);
    }

    private string[] TextList(JsonElement list, int index, string field, string nodeId)
    {
        if (list.ValueKind == JsonValueKind.Undefined) return [];
        if (list.ValueKind != JsonValueKind.Array)
        {
            ReportType(list, index, field, nodeId, "a list of texts");
            return [];
        }

        if (list.GetArrayLength() == 0) return [];
        _items.Clear();
        var at = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (Text(item) is { } text) _items.Add(text);
            else if (findings.WantsError())
            {
                findings.AddError(
                    FindingCodes.WrongType, JsonPath.Node(index, field, at), locator.RangeOf(item),
                    $"{field}[{at.ToString(CultureInfo.InvariantCulture)}] is {Kind(item)}; it must be text.", "Write it as text in quotes, or leave it out.", nodeId);
            }

            at++;
        }

        return _items.Count == 0 ? [] : [.. _items];
    }

    private static bool SameText(JsonElement one, JsonElement other)
        => one.ValueKind == JsonValueKind.Array && other.ValueKind == JsonValueKind.Array && JsonMarshal.GetRawUtf8Value(one).SequenceEqual(JsonMarshal.GetRawUtf8Value(other));

    private void CheckText(JsonElement value, int index, string field, string nodeId)
    {
        if (value.ValueKind is JsonValueKind.String or JsonValueKind.Undefined or JsonValueKind.Null) return;
        ReportType(value, index, field, nodeId, "text");
    }

    /// <summary>What QMTL copes with: a warning.</summary>
    private void CheckLoose(JsonElement value, int index, string field, string nodeId, string wanted, bool right)
    {
        if (right || value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || !findings.WantsWarning()) return;
        findings.AddWarning(
            FindingCodes.WrongType, JsonPath.Node(index, field), locator.RangeOf(value), $"{field} is {Kind(value)}; QMTL expects {wanted}.", $"Write {wanted}.", nodeId);
    }

    private long? Whole(JsonElement value, int index, string field, string nodeId)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return null;
            case JsonValueKind.Number when value.TryGetInt64(out var whole):
                return whole;
            case JsonValueKind.Number when value.TryGetDouble(out var real) && Math.Abs(real) < 9e18:
                CheckLoose(value, index, field, nodeId, "a whole number", false);
                return (long)real;
            case JsonValueKind.String when PythonNumbers.ParseInt(JsonText.StringOrNull(value)!) is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed):
                CheckLoose(value, index, field, nodeId, "a whole number without quotes", false);
                return parsed;
            default:
                ReportType(value, index, field, nodeId, "a whole number or null");
                return null;
        }
    }

    private void ReportType(JsonElement value, int index, string field, string nodeId, string wanted)
    {
        if (!findings.WantsError()) return;
        findings.AddError(
            FindingCodes.WrongType, JsonPath.Node(index, field), locator.RangeOf(value), $"{field} is {Kind(value)}; it must be {wanted}.", $"Write {wanted}.",
            nodeId.Length == 0 ? null : nodeId);
    }

    /// <summary>A value's type in words.</summary>
    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "text",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        _ => "missing",
    };
}
