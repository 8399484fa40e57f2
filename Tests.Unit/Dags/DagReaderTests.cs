using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Tests.Unit.Dags;

/// <summary>Reading real DAGs, and what is said about DAGs that were changed in one place.</summary>
public sealed class DagReaderTests
{
    [Theory]
    [InlineData("head-1-linear", DagGeneration.Newer, 3, 3567411666u, true)]
    [InlineData("head-2-tagquery", DagGeneration.Newer, 3, 2913637611u, true)]
    [InlineData("head-3-branching", DagGeneration.Newer, 12, 711727310u, true)]
    [InlineData("head-sdk-example-ema", DagGeneration.Newer, 2, null, true)]
    [InlineData("head-sdk-40", DagGeneration.Newer, 40, null, false)]
    [InlineData("head-sdk-40-kahn-order", DagGeneration.Newer, 40, null, true)]
    [InlineData("head-sdk-400", DagGeneration.Newer, 403, null, false)]
    [InlineData("head-sdk-400-kahn-order", DagGeneration.Newer, 403, null, true)]
    [InlineData("seed-1-linear", DagGeneration.Older, 3, 2963266390u, true)]
    [InlineData("seed-2-tagquery", DagGeneration.Older, 3, 3739282044u, true)]
    [InlineData("seed-3-branching", DagGeneration.Older, 12, 3378390694u, null)]
    public void Reads_the_recorded_dags(string name, DagGeneration generation, int nodes, uint? checksum, bool? inOrder)
    {
        var document = DagReader.Read(Fixture.Bytes($"contracts/dags/{name}.json"));
        Assert.True(document.IsValid, string.Join('\n', document.Findings));
        Assert.Equal(DagInputForm.BareDag, document.Form);
        Assert.Equal(generation, document.Dag!.Generation);
        Assert.Equal(nodes, document.Dag.Nodes.Count);
        if (checksum is { } expected) Assert.Equal(expected, document.Dag.SubmissionChecksum);
        if (inOrder is { } kahn)
        {
            Assert.Equal(kahn, document.Dag.SubmissionChecksum == document.Dag.DiffChecksum);
            Assert.Equal(!kahn, Codes(document).Contains(FindingCodes.OrderBreaksDiff));
        }

        var state = generation == DagGeneration.Newer ? NodeIdState.Verified : NodeIdState.NotVerifiable;
        Assert.All(document.Dag.Nodes, node => Assert.Equal(state, node.Verdict.State));
        if (generation == DagGeneration.Older) Assert.Contains(FindingCodes.NodeIdNotVerifiable, Codes(document));
    }

    [Fact]
    public void The_blend_example_is_valid()
    {
        var document = DagReader.Read(Fixture.Bytes("contracts/dags/head-sdk-example-multi-signal-blend.json"));
        Assert.True(document.IsValid, string.Join('\n', document.Findings));
    }

    [Fact]
    public void The_diff_checksum_is_the_recorded_one()
    {
        foreach (var (line, vector) in Fixture.Lines("vectors/diffs.jsonl"))
        {
            var result = vector.GetProperty("result");
            if (!result.TryGetProperty("crc32", out var crc)) continue;
            var document = DagReader.Read(Encoding.UTF8.GetBytes(vector.GetProperty("dag").GetRawText()));
            Assert.True(crc.GetUInt32() == document.Dag!.DiffChecksum, $"line {line}");
            if (Fixture.Text(result, "version") is { } version) Assert.True(version == (document.Dag.VersionLabel ?? "v1"), $"line {line}: {document.Dag.VersionLabel}");
        }
    }

    [Fact]
    public void Recorded_hashes_are_read_through_the_reader_too()
    {
        foreach (var (line, vector) in Fixture.Lines("vectors/dag-hashes.jsonl"))
        {
            var document = DagReader.Read(Encoding.UTF8.GetBytes(vector.GetProperty("dag").GetRawText()));
            Assert.True(vector.GetProperty("crc32_list_order").GetUInt32() == document.Dag!.SubmissionChecksum, $"line {line}");
        }
    }

    [Theory]
    [InlineData(false, false, DagInputForm.BareDag)]
    [InlineData(true, false, DagInputForm.BareDagBase64)]
    [InlineData(false, true, DagInputForm.EnvelopePlain)]
    [InlineData(true, true, DagInputForm.EnvelopeBase64)]
    public void Reads_every_form(bool base64, bool envelope, DagInputForm form)
    {
        var text = Encoding.UTF8.GetString(Fixture.Bytes("contracts/dags/head-3-branching.json"));
        var payload = base64 ? Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks) : text;
        if (envelope)
        {
            payload = JsonSerializer.Serialize(new
            {
                dag_json = payload,
                node_ids_crc32 = 711727310,
                world_ids = new[] { "w1", "w2" },
                meta = new { execution_domain = "paper", as_of = "2026-01-01T00:00:00Z", version = "rel 7", name = "momentum" },
            });
        }

        var document = DagReader.Read(Encoding.UTF8.GetBytes("\uFEFF" + payload));
        Assert.True(document.IsValid, string.Join('\n', document.Findings));
        Assert.Equal(form, document.Form);
        Assert.Equal(12, document.Dag!.Nodes.Count);
        Assert.Equal(new ComputeContext("crypto_mom_1h", "live"), document.Dag.Context);
        Assert.Equal("v1.2.3", document.Dag.VersionLabel);
        if (!envelope) return;
        Assert.Equal(711727310u, document.Envelope!.NodeIdsCrc32);
        Assert.Equal(["w1", "w2"], document.Envelope.WorldIds);
        Assert.Equal("rel-7", document.Envelope.VersionLabel);
        Assert.Equal("momentum", document.Envelope.FamilyName);
        Assert.Equal(new ComputeContext(null, "paper", "2026-01-01T00:00:00Z"), document.Envelope.Context);
    }

    [Fact]
    public void A_node_knows_its_place_in_the_text()
    {
        var text = "{\"schema_version\":\"v1\",\n  \"meta\":{\"name\":\"Ünï 😀\"}, \"nodes\":[\n {\"node_id\":\"blake3:aa\"}]}";
        var at = DagReader.Read(Encoding.UTF8.GetBytes(text)).Dag!.Nodes[0].At;
        Assert.Equal((3, 2, text.IndexOf("{\"node_id", StringComparison.Ordinal), 23), (at.Line, at.Column, at.Offset, at.Length));
        Assert.Equal(Encoding.UTF8.GetByteCount(text[..at.Offset]), at.ByteOffset);
    }

    [Fact]
    public void A_changed_field_is_a_mismatch_with_the_right_id()
    {
        var dag = Load("head-1-linear");
        dag["nodes"]![1]!["interval"] = 61;
        var document = Read(dag);
        var finding = Assert.Single(document.Findings, f => f.Severity == FindingSeverity.Error);
        Assert.Equal((FindingCodes.NodeIdMismatch, "$.nodes[1].node_id"), (finding.Code, finding.Path));
        Assert.Equal(NodeIdentity.Newer(Fixture.Json(dag["nodes"]![1]!.ToJsonString())), finding.Expected);
        Assert.Equal(NodeIdState.Mismatch, document.Dag!.Nodes[1].Verdict.State);
        var text = Encoding.UTF8.GetString(document.DagUtf8.Span);
        Assert.Equal($"\"{finding.NodeId}\"", text.Substring(finding.At!.Value.Offset, finding.At.Value.Length));
    }

    [Fact]
    public void Missing_fields_are_named()
    {
        var dag = Load("head-2-tagquery");
        var nodes = dag["nodes"]!.AsArray();
        nodes[0]!.AsObject().Remove("code_hash");
        nodes[0]!["config_hash"] = "";
        nodes[0]!.AsObject().Remove("schema_compat_id");
        nodes[1]!["tags"] = new JsonArray();
        nodes[1]!["params"] = new JsonObject();
        nodes[2]!.AsObject().Remove("node_id");
        var document = Read(dag);
        var missing = document.Findings.Where(f => f.Code == FindingCodes.NodeIdFields).ToList();
        Assert.Equal(["$.nodes[0]", "$.nodes[1]", "$.nodes[2]"], missing.Select(f => f.Path));
        Assert.Equal(["code_hash", "config_hash", "schema_compat_id"], missing[0].Fields);
        Assert.Equal(["tags"], missing[1].Fields);
        Assert.Equal(["node_id"], missing[2].Fields);
    }

    [Fact]
    public void Schema_compat_id_and_schema_id_must_agree()
    {
        var dag = Load("head-1-linear");
        dag["nodes"]![0]!["schema_id"] = "other";
        dag["nodes"]![1]!["schema_id"] = " scalar-v1 ";
        var document = Read(dag);
        Assert.Equal([FindingCodes.SchemaCompatMismatch], document.Findings.Where(f => f.Severity == FindingSeverity.Error).Select(f => f.Code));
    }

    [Fact]
    public void The_older_schema_id_stands_in_for_schema_compat_id()
    {
        var dag = Load("head-1-linear");
        dag["nodes"]![0]!.AsObject().Remove("schema_compat_id");
        dag["nodes"]![0]!["schema_id"] = "ohlcv-v1";
        Assert.True(Read(dag).IsValid);
    }

    [Theory]
    [InlineData(null, "schema_version is required.")]
    [InlineData("\"v9\"", "unsupported schema version: v9")]
    [InlineData("1", "schema_version is a number; it must be text.")]
    public void Schema_version_is_checked(string? value, string message)
    {
        var dag = Load("head-1-linear");
        if (value is null) dag.Remove("schema_version");
        else dag["schema_version"] = JsonNode.Parse(value);
        var finding = Assert.Single(Read(dag).Findings, f => f.Severity == FindingSeverity.Error);
        Assert.Equal((FindingCodes.SchemaInvalid, "$.schema_version", message), (finding.Code, finding.Path, finding.Message));
    }

    [Fact]
    public void A_schema_version_in_a_node_counts_where_the_dag_has_none()
    {
        var dag = Load("head-1-linear");
        dag.Remove("schema_version");
        dag["nodes"]![1]!["schema_version"] = "1.0";
        Assert.True(Read(dag).IsValid);
    }

    [Fact]
    public void A_wrong_checksum_of_the_envelope_is_an_error()
    {
        var envelope = new JsonObject { ["dag_json"] = Load("head-1-linear").ToJsonString(), ["node_ids_crc32"] = 7, ["world_ids"] = new JsonArray("w1") };
        var finding = Assert.Single(Read(envelope).Findings);
        Assert.Equal((FindingCodes.ChecksumMismatch, "3567411666"), (finding.Code, finding.Expected));
    }

    [Fact]
    public void A_cycle_is_told_once_with_its_nodes()
    {
        var document = Read(Chain(("a", "c"), ("b", "a"), ("c", "b"), ("d", "d"), ("e", "d"), ("f", "")));
        var cycles = document.Findings.Where(f => f.Code == FindingCodes.Cycle).ToList();
        Assert.Equal(2, cycles.Count);
        Assert.Equal(["a", "b", "c"], cycles[0].Fields);
        Assert.Equal(["d"], cycles[1].Fields);
        Assert.Equal(document.Dag!.SubmissionChecksum, document.Dag.DiffChecksum);
        Assert.False(document.IsValid);
    }

    [Fact]
    public void Dangling_inputs_and_duplicates_are_told()
    {
        var document = Read(Chain(("a", ""), ("b", "zz"), ("a", "b")));
        var dangling = Assert.Single(document.Findings, f => f.Code == FindingCodes.DanglingInput);
        Assert.Equal((FindingSeverity.Warning, "$.nodes[1].inputs[0]"), (dangling.Severity, dangling.Path));
        var twice = Assert.Single(document.Findings, f => f.Code == FindingCodes.DuplicateNodeId);
        Assert.Equal((FindingSeverity.Error, "$.nodes[2].node_id"), (twice.Severity, twice.Path));
        Assert.Equal(NodeIdChecksum.Of(["a", "b"]), document.Dag!.DiffChecksum);
        Assert.Equal(NodeIdChecksum.Of(["a", "b", "a"]), document.Dag.SubmissionChecksum);
    }

    [Fact]
    public void Unknown_fields_are_told_once_a_name()
    {
        var dag = Load("head-1-linear");
        foreach (var node in dag["nodes"]!.AsArray()) node!["colour"] = 1;
        dag["extra"] = 1;
        var unknown = Read(dag).Findings.Where(f => f.Code == FindingCodes.UnknownField).ToList();
        Assert.Equal(["$.nodes[0].colour", "$.extra"], unknown.Select(f => f.Path));
        Assert.Contains("3 times", unknown[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Repeated_keys_and_different_dependencies_are_told()
    {
        var text = """{"schema_version":"v1","schema_version":"v1","nodes":[{"node_id":"blake3:a","name":"x","name":"y","params":{"a":1,"\u0061":2},"inputs":["blake3:b"],"dependencies":[],"node_type":"N","code_hash":"c","config_hash":"c","schema_hash":"s","schema_compat_id":"s"}]}""";
        var document = DagReader.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal(["$.schema_version", "$.nodes[0].name", "$.nodes[0].params"], document.Findings.Where(f => f.Code == FindingCodes.DuplicateKey).Select(f => f.Path));
        Assert.Equal("y", document.Dag!.Nodes[0].Name);
        Assert.Single(document.Findings, f => f.Code == FindingCodes.DependenciesDiffer);
    }

    [Fact]
    public void Wrong_types_are_told_each_at_its_place()
    {
        var text = """{"schema_version":"v1","meta":[],"nodes":[7,{"node_id":"blake3:a","node_type":5,"interval":"x","period":"60","bucket":1.5,"tags":"btc","inputs":[1,"b"],"pre_warmup":1,"params":[1],"code_hash":true}]}""";
        var document = DagReader.Read(Encoding.UTF8.GetBytes(text));
        var types = document.Findings.Where(f => f.Code == FindingCodes.WrongType).ToDictionary(f => f.Path, f => f.Severity);
        Assert.Equal(
            ["$.meta", "$.nodes[0]", "$.nodes[1].bucket", "$.nodes[1].code_hash", "$.nodes[1].inputs[0]", "$.nodes[1].interval", "$.nodes[1].node_type", "$.nodes[1].params", "$.nodes[1].period", "$.nodes[1].pre_warmup", "$.nodes[1].tags"],
            types.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(FindingSeverity.Warning, types["$.nodes[1].period"]);
        Assert.Equal(FindingSeverity.Error, types["$.nodes[1].interval"]);
        var node = Assert.Single(document.Dag!.Nodes);
        Assert.Equal((1, (long?)null, (long?)60, (long?)1), (node.Index, node.Interval, node.Period, node.Bucket));
    }

    [Fact]
    public void An_older_id_is_checked_with_its_world()
    {
        string Dag(string id) => $$"""{"nodes":[{"node_id":"{{id}}","node_type":"N","code_hash":"c1","config_hash":"cfg1","schema_hash":"s1","tags":[],"inputs":[]}]}""";
        const string noWorld = "0aff1c91514ebf8e9ff3b1e57591fe92ad2ae19ae4dc37baec6ce770a017c048";
        const string w1 = "80c548f9f8c890d3356f9af7b786af739147c434224befcf8ba3d6784317f8ec";
        Assert.True(DagReader.Read(Encoding.UTF8.GetBytes(Dag(noWorld))).IsValid);
        Assert.True(DagReader.Read(Encoding.UTF8.GetBytes(Dag(w1)), new DagReadOptions { WorldId = "w1" }).IsValid);
        var wrong = DagReader.Read(Encoding.UTF8.GetBytes(Dag(w1)));
        Assert.Equal(noWorld, Assert.Single(wrong.Findings).Expected);
        var envelope = JsonSerializer.Serialize(new { dag_json = Dag(w1), node_ids_crc32 = NodeIdChecksum.Of([w1]), world_id = "w1" });
        Assert.True(DagReader.Read(Encoding.UTF8.GetBytes(envelope)).IsValid);
    }

    [Fact]
    public void The_generation_can_be_overridden()
    {
        var document = DagReader.Read(Fixture.Bytes("contracts/dags/seed-1-linear.json"), new DagReadOptions { Generation = DagGeneration.Newer });
        Assert.Equal(DagGeneration.Newer, document.Dag!.Generation);
        Assert.Contains(FindingCodes.SchemaInvalid, Codes(document));
        Assert.Contains(FindingCodes.NodeIdFields, Codes(document));
    }

    [Fact]
    public void A_sentinel_is_no_node_but_gives_version_and_weight()
    {
        var dag = Load("head-1-linear");
        dag["nodes"]!.AsArray().Add(new JsonObject { ["node_type"] = "VersionSentinel", ["node_id"] = "s1-sentinel", ["version"] = "rel/2", ["weight"] = "1.5" });
        var document = Read(dag);
        Assert.True(document.IsValid);
        Assert.Equal(3, document.Dag!.Nodes.Count);
        Assert.Equal(new VersionSentinelNode("s1-sentinel", "rel-2", 1), document.Dag.Sentinel);
        Assert.Equal("rel-2", document.Dag.VersionLabel);
        Assert.Contains(FindingCodes.SentinelNode, Codes(document));
        Assert.Equal(3567411666u, document.Dag.DiffChecksum);
        Assert.NotEqual(3567411666u, document.Dag.SubmissionChecksum);
    }

    [Theory]
    [InlineData("""{"nodes":[]}""")]
    [InlineData("""{"schema_version":"v1","nodes":[]}""")]
    [InlineData("{}")]
    public void An_empty_dag_is_accepted(string text)
    {
        var document = DagReader.Read(Encoding.UTF8.GetBytes(text));
        Assert.True(document.IsValid, string.Join('\n', document.Findings));
        Assert.Equal((0u, 0u), (document.Dag!.SubmissionChecksum, document.Dag.DiffChecksum));
    }

    private static JsonObject Load(string name) => JsonNode.Parse(Fixture.Bytes($"contracts/dags/{name}.json"))!.AsObject();

    private static DagDocument Read(JsonNode json) => DagReader.Read(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static JsonObject Chain(params (string Id, string Input)[] nodes) => new()
    {
        ["nodes"] = new JsonArray([.. nodes.Select(n => new JsonObject
        {
            ["node_id"] = n.Id, ["node_type"] = "N", ["code_hash"] = "c", ["schema_hash"] = "s", ["inputs"] = n.Input.Length == 0 ? new JsonArray() : new JsonArray(n.Input),
        })]),
    };

    private static List<string> Codes(DagDocument document) => [.. document.Findings.Select(f => f.Code)];
}
