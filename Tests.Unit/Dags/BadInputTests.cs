using System.Diagnostics;
using System.Text;
using Qmtl.Shared.Dags;

namespace Qmtl.Tests.Unit.Dags;

/// <summary>Whatever comes in: a clear finding, no exception, no stack that ends, time in proportion.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("", "The text is empty.", 1, 1)]
    [InlineData(" \r\n\t ", "The text is empty.", 1, 1)]
    [InlineData("hello", "Not JSON: 'h' is an invalid start of a value.", 1, 1)]
    [InlineData("{\n  \"nodes\": [}", "Not JSON: '}' is an invalid start of a value.", 2, 13)]
    [InlineData("{\"nodes\": [", "Not JSON: the text ends before the value is complete.", 1, 11)]
    [InlineData("{\"nodes\":[]} x", "Not JSON: 'x' is invalid after a single JSON value.", 1, 14)]
    [InlineData("{\"nodes\":[{\"interval\":NaN}]}", "NaN and Infinity are not JSON numbers", 1, 23)]
    [InlineData("{\"nodes\":[{\"interval\":-Infinity}]}", "NaN and Infinity are not JSON numbers", 1, 23)]
    [InlineData("[1,2]", "The text is JSON, but a list; a DAG is an object.", 1, 1)]
    [InlineData("true", "The text is JSON, but true or false; a DAG is an object.", 1, 1)]
    [InlineData("null", "The text is JSON, but null; a DAG is an object.", 1, 1)]
    [InlineData("12", "The text is JSON, but a number; a DAG is an object.", 1, 1)]
    [InlineData("\"\"", "The text is empty.", 1, 1)]
    [InlineData("{\"a\":1}", "The JSON object has no \"nodes\"", 1, 1)]
    [InlineData("{\"nodes\":{}}", "nodes is an object; it must be a list.", 1, 10)]
    [InlineData("{\"no\0des\":[]}", "Not JSON: '0x00' is invalid within a JSON string.", 1, 5)]
    [InlineData("eyJub2RlcyI6IFtdLCAi*iI6MX0=", "Character 21 ('*') is not base64.", 1, 21)]
    [InlineData("eyJub2RlcyI6IFtdLCAi-iI6MX0=", "Character 21 ('-') is not base64.", 1, 21)]
    [InlineData("eyJub2RlcyI6IFtdfQ", "The base64 text ends in the middle of a group", 1, 18)]
    [InlineData("eyJub2RlcyI6IFtdfQ==eyJ9", "Character 21 follows the base64 padding", 1, 21)]
    [InlineData("WzEsMiwzLDQsNSw2LDddIA==", "The decoded text is JSON, but a list", 1, 1)]
    public void Unreadable_text_is_explained_at_its_place(string text, string message, int line, int column)
    {
        var document = DagReader.Read(Encoding.UTF8.GetBytes(text));
        var finding = Assert.Single(document.Findings, f => f.Severity == FindingSeverity.Error);
        Assert.StartsWith(message, finding.Message, StringComparison.Ordinal);
        Assert.NotEmpty(finding.Advice);
        Assert.Equal((line, column), (finding.At!.Value.Line, finding.At.Value.Column));
        Assert.Null(document.Dag);
        Assert.False(document.IsValid);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_explained()
    {
        Assert.StartsWith("The text is not UTF-8: byte 10 (0xFF)", Only("{\"nodes\":"u8.ToArray().Append((byte)0xFF).Concat("[]}"u8.ToArray()).ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-16", Only(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}")).ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-16", Only(Encoding.BigEndianUnicode.GetBytes("{}")).Message, StringComparison.Ordinal);
        Assert.StartsWith("The text is not UTF-8", Only(Encoding.ASCII.GetBytes(Convert.ToBase64String([(byte)'{', 0xC3, 0x28, (byte)'}', 1, 2, 3, 4, 5, 6, 7, 8, 9]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lone_surrogates_are_errors_with_their_path()
    {
        var text = """{"schema_version":"v1","meta":{"a\ud800":[0,{"b":"\\ud800 \ud83d\ude00"}]},"nodes":[{"node_id":"x\udc00y","tags":["ok","\ud83d!"],"inputs":["\ude00\ud83d"]}]}""";
        var document = DagReader.Read(Encoding.UTF8.GetBytes(text));
        var bad = document.Findings.Where(f => f.Code == FindingCodes.BadValue).ToList();
        Assert.Equal(["$.meta['a\\ud800']", "$.nodes[0].node_id", "$.nodes[0].tags[1]", "$.nodes[0].inputs[0]", "$.nodes[0].inputs[0]"], bad.Select(f => f.Path));
        Assert.All(bad, f => Assert.Equal(6, f.At!.Value.Length));
        Assert.Equal("x\udc00y", document.Dag!.Nodes[0].NodeId);
        Assert.Equal(NodeIdState.Refused, DagReader.Read(Encoding.UTF8.GetBytes("""{"nodes":[{"node_id":"blake3:1","node_type":"\ud800","code_hash":"c","config_hash":"c","schema_hash":"s","schema_compat_id":"s"}]}""")).Dag!.Nodes[0].Verdict.State);
    }

    [Fact]
    public void A_node_the_id_function_refuses_is_an_error()
    {
        var text = """{"schema_version":"v1","nodes":[{"node_id":"blake3:1","node_type":"TagQueryNode","interval":60,"params":{"tags":5},"code_hash":"c","config_hash":"c","schema_hash":"s","schema_compat_id":"s"},{"node_id":"blake3:2","node_type":"N","interval":1e999,"code_hash":"c","config_hash":"c","schema_hash":"s","schema_compat_id":"s"}]}""";
        var bad = DagReader.Read(Encoding.UTF8.GetBytes(text)).Findings.Where(f => f.Code == FindingCodes.BadValue).ToList();
        Assert.Equal(["$.nodes[0]", "$.nodes[1]"], bad.Select(f => f.Path));
    }

    [Fact]
    public void Brackets_nested_deeply_are_refused_wherever_they_stand()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);
        foreach (var text in new[] { deep, $"{{\"nodes\":{deep}}}", $"{{\"nodes\":[{{\"node_id\":\"blake3:1\",\"params\":{deep}}}]}}", new string('[', 5_000_000), string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) })
        {
            var finding = Assert.Single(DagReader.Read(Encoding.UTF8.GetBytes(text)).Findings);
            Assert.Equal("The JSON is nested more than 256 levels deep.", finding.Message);
        }
    }

    [Fact]
    public void Deep_options_do_not_end_the_process()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);
        var text = $"{{\"schema_version\":\"v1\",\"nodes\":[{{\"node_id\":\"blake3:1\",\"node_type\":\"N\",\"params\":{deep},\"name\":{deep},\"code_hash\":\"c\",\"config_hash\":\"c\",\"schema_hash\":\"s\",\"schema_compat_id\":\"s\"}}]}}";
        var document = DagReader.Read(Encoding.UTF8.GetBytes(text), new DagReadOptions { MaxDepth = 20_000 });
        Assert.Equal(NodeIdState.Refused, document.Dag!.Nodes[0].Verdict.State);
    }

    [Fact]
    public void Findings_are_bounded_and_counted()
    {
        var text = new StringBuilder("{\"schema_version\":\"v1\",\"nodes\":[");
        for (var i = 0; i < 10_000; i++) text.Append(i == 0 ? "" : ",").Append("{\"node_id\":\"blake3:").Append(i).Append("\",\"inputs\":[\"x\",\"y\"]}");
        var document = DagReader.Read(Encoding.UTF8.GetBytes(text.Append("]}").ToString()), new DagReadOptions { MaxFindings = 50 });
        Assert.Equal(50, document.Findings.Count);
        Assert.Equal(FindingCodes.MoreFindings, document.Findings[^1].Code);
        Assert.Equal((10_000, 20_000), (document.ErrorCount, document.WarningCount));
        Assert.All(document.Findings, f => Assert.Equal(FindingSeverity.Error, f.Severity));
    }

    [Fact]
    public void Five_megabytes_of_anything_are_read_in_time()
    {
        var random = new Random(7);
        var noise = new byte[5_000_000];
        random.NextBytes(noise);
        var watch = Stopwatch.StartNew();
        Assert.False(DagReader.Read(noise).IsValid);
        Assert.False(DagReader.Read(Encoding.ASCII.GetBytes(new string('x', 5_000_000))).IsValid);
        Assert.False(DagReader.Read(Encoding.ASCII.GetBytes("{" + new string('\\', 5_000_000))).IsValid);
        Assert.False(DagReader.Read(Encoding.ASCII.GetBytes("\"" + string.Concat(Enumerable.Repeat("\\ud800", 800_000)) + "\"")).IsValid);
        Assert.False(DagReader.Read(Encoding.ASCII.GetBytes("{\"nodes\":[" + string.Concat(Enumerable.Repeat("1,", 2_500_000)) + "1]}")).IsValid);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), watch.Elapsed.ToString());
    }

    [Fact]
    public void The_longest_chain_and_the_longest_cycle_are_read_in_linear_time()
    {
        const int n = 400_000;
        foreach (var closed in new[] { false, true })
        {
            var text = new StringBuilder("{\"nodes\":[");
            for (var i = 0; i < n; i++)
            {
                text.Append(i == 0 ? "" : ",").Append("{\"node_id\":\"").Append(i).Append("\",\"inputs\":[");
                if (i > 0 || closed) text.Append('"').Append(i == 0 ? n - 1 : i - 1).Append('"');
                text.Append("]}");
            }

            var watch = Stopwatch.StartNew();
            var document = DagReader.Read(Encoding.UTF8.GetBytes(text.Append("]}").ToString()));
            Assert.Equal(n, document.Dag!.Nodes.Count);
            Assert.Equal(closed ? 1 : 0, document.Findings.Count(f => f.Code == FindingCodes.Cycle));
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), watch.Elapsed.ToString());
        }
    }

    [Fact]
    public void Random_damage_never_throws()
    {
        var original = Fixture.Bytes("contracts/dags/head-3-branching.json");
        var random = new Random(11);
        var snippets = new[] { "\\ud800", "\\u0000", "null", "1e999", "-0", "[", "}", "\"", "\"node_id\":5,", "{}", "99999999999999999999999999", "\u0000", "\u00fc" };
        for (var round = 0; round < 3000; round++)
        {
            var bytes = original.ToList();
            for (var k = random.Next(1, 4); k > 0; k--)
            {
                var at = random.Next(bytes.Count);
                if (random.Next(2) == 0) bytes[at] = (byte)random.Next(256);
                else bytes.InsertRange(at, Encoding.UTF8.GetBytes(snippets[random.Next(snippets.Length)]));
            }

            var document = DagReader.Read(bytes.ToArray());
            Assert.Equal(document.ErrorCount, document.Findings.Count(f => f.Severity == FindingSeverity.Error));
        }
    }

    private static Finding Only(byte[] text) => Assert.Single(DagReader.Read(text).Findings);
}
