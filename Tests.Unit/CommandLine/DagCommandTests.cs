using System.Text;
using System.Text.Json;
using Qmtl.Console.CommandLine;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Tests.Unit.CommandLine;

public sealed class DagCommandTests
{
    private static readonly string Linear = Fixture.PathOf("contracts/dags/head-1-linear.json");

    [Fact]
    public async Task Check_of_a_good_dag_ends_with_0()
    {
        var (code, output, error) = await RunAsync(["dag", "check", Linear]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("bare DAG, newer generation, 3 nodes, version not given, node_ids_crc32 3567411666", output, StringComparison.Ordinal);
        Assert.EndsWith("0 errors, 0 warnings" + Environment.NewLine, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_gives_place_code_and_advice_and_ends_with_1()
    {
        var text = File.ReadAllText(Linear).Replace("\"window\": 20", "\"window\": 21", StringComparison.Ordinal).Replace("\"window\":20", "\"window\":21", StringComparison.Ordinal);
        var (code, output, _) = await RunAsync(["dag", "check", "-"], text);
        Assert.Equal(1, code);
        Assert.Matches(@"standard input:\d+:\d+: error E_NODE_ID_MISMATCH at \$\.nodes\[1\]\.node_id: ", output);
        Assert.Contains("1 error, 0 warnings", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_as_json_has_stable_fields()
    {
        var (code, output, _) = await RunAsync(["dag", "check", Fixture.PathOf("contracts/dags/head-sdk-40.json"), "--json"]);
        Assert.Equal(0, code);
        var json = Fixture.Json(output);
        Assert.Equal(
            ["file", "form", "generation", "nodes", "edges", "submission_crc32", "diff_crc32", "version", "errors", "warnings", "findings"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal((40, 0, 1), (json.GetProperty("nodes").GetInt32(), json.GetProperty("errors").GetInt32(), json.GetProperty("warnings").GetInt32()));
        var finding = json.GetProperty("findings")[0];
        Assert.Equal(
            ["severity", "code", "path", "line", "column", "offset", "message", "advice", "node_id", "expected", "fields"],
            finding.EnumerateObject().Select(p => p.Name));
        Assert.Equal("ORDER_BREAKS_DIFF", finding.GetProperty("code").GetString());
        Assert.NotEqual(json.GetProperty("submission_crc32").GetUInt32(), json.GetProperty("diff_crc32").GetUInt32());
    }

    [Fact]
    public async Task Check_of_something_unreadable_says_why()
    {
        var (code, output, _) = await RunAsync(["dag", "check", "-", "--json"], "{\"nodes\": [\"\\ud800\"");
        Assert.Equal(1, code);
        Assert.Equal("unreadable", Fixture.Json(output).GetProperty("form").GetString());
        Assert.Equal(JsonValueKind.Null, Fixture.Json(output).GetProperty("nodes").ValueKind);
    }

    [Fact]
    public async Task The_world_and_the_generation_are_taken_from_the_options()
    {
        const string dag = """{"nodes":[{"node_id":"80c548f9f8c890d3356f9af7b786af739147c434224befcf8ba3d6784317f8ec","node_type":"N","code_hash":"c1","config_hash":"cfg1","schema_hash":"s1"}]}""";
        Assert.Equal(1, (await RunAsync(["dag", "check", "-"], dag)).Code);
        Assert.Equal(0, (await RunAsync(["dag", "check", "-", "--world", "w1"], dag)).Code);
        Assert.Contains("schema_version is required", (await RunAsync(["dag", "check", "-", "--generation", "newer"], dag)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dag", "check", "/no/such/file.json")]
    [InlineData("dag", "check", "/")]
    [InlineData("dag", "node-ids", "/no/such/file.json")]
    [InlineData("dag", "check")]
    [InlineData("dag", "chekc", "x")]
    [InlineData("nonsense")]
    [InlineData("dag", "check", "x", "--generation", "middle")]
    public async Task Wrong_use_and_unreadable_files_end_with_2_and_say_so_on_standard_error(params string[] args)
    {
        var (code, output, error) = await RunAsync(args);
        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Settings_are_no_command()
    {
        Assert.False(CommandLineProgram.IsCommand([]));
        Assert.False(CommandLineProgram.IsCommand(["--Sandbox:Seed=7"]));
        Assert.False(CommandLineProgram.IsCommand(["Sandbox:Seed=7"]));
        Assert.True(CommandLineProgram.IsCommand(["dag", "check"]));
        Assert.True(CommandLineProgram.IsCommand(["--help"]));
    }

    [Fact]
    public async Task Node_ids_answer_every_recorded_node_in_order()
    {
        var vectors = Fixture.Lines("vectors/node-ids.jsonl");
        var input = string.Join('\n', vectors.Select(v => v.Value.GetProperty("node").GetRawText())) + "\n";
        var (code, output, _) = await RunAsync(["dag", "node-ids", "-"], input);
        Assert.Equal(0, code);
        Assert.All(output, c => Assert.True(c < 0x80));
        var answers = output.TrimEnd().Split('\n').Select(line => Fixture.Json(line.TrimEnd('\r'))).ToList();
        Assert.Equal(vectors.Count, answers.Count);
        for (var i = 0; i < answers.Count; i++)
        {
            Assert.Equal(Fixture.Text(vectors[i].Value, "error"), Fixture.Text(answers[i], "error"));
            Assert.Equal(Fixture.Text(vectors[i].Value, "node_id"), Fixture.Text(answers[i], "node_id"));
            Assert.Equal(Fixture.Text(vectors[i].Value, "canonical"), Fixture.Text(answers[i], "canonical"));
        }
    }

    [Fact]
    public async Task Bad_lines_keep_their_place()
    {
        var deep = "{\"node_type\":\"N\",\"params\":" + new string('[', 5000) + new string(']', 5000) + "}";
        var lines = new[] { "{\"node_type\":\"N\"}", "", "nonsense", "{\"node_type\":\"\\ud800\"}", "[1]", "  ", "\"text\"", "{\"interval\":\"x\"}", deep, "{\"a\":1} 2", "{\"node_type\":\"Ü\"}\r" };
        var (code, output, _) = await RunAsync(["dag", "node-ids", "-"], string.Join('\n', lines));
        Assert.Equal(0, code);
        var answers = output.TrimEnd().Split('\n').Select(Fixture.Json).ToList();
        Assert.Equal(lines.Length, answers.Count);
        Assert.Equal(
            [null, "JSONDecodeError", "JSONDecodeError", "UnicodeEncodeError", "AttributeError", "JSONDecodeError", "AttributeError", "ValueError", "RecursionError", "JSONDecodeError", null],
            answers.Select(a => Fixture.Text(a, "error")));
        Assert.Equal("N|0|0|null|||", Fixture.Text(answers[0], "canonical"));
        Assert.Equal("Ü|0|0|null|||", Fixture.Text(answers[^1], "canonical"));
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_an_error_line()
    {
        var input = Encoding.UTF8.GetBytes("{\"node_type\":\"N\"}\n{\"node_type\":\"").Append((byte)0xFF).Concat(Encoding.UTF8.GetBytes("\"}\n")).ToArray();
        var (_, output, _) = await RunAsync(["dag", "node-ids", "-"], input);
        Assert.Equal("UnicodeDecodeError", Fixture.Text(Fixture.Json(output.Trim().Split('\n')[1]), "error"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_whole_dag_gives_a_line_for_each_node(bool base64)
    {
        var bytes = File.ReadAllBytes(Linear);
        var (code, output, _) = await RunAsync(["dag", "node-ids", "-"], base64 ? Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)) : bytes);
        Assert.Equal(0, code);
        var answers = output.TrimEnd().Split('\n').Select(Fixture.Json).ToList();
        Assert.Equal([0, 1, 2], answers.Select(a => a.GetProperty("index").GetInt32()));
        Assert.All(answers, a => Assert.Equal(Fixture.Text(a, "node_id"), Fixture.Text(a, "expected")));
        Assert.All(answers, a => Assert.Equal("verified", Fixture.Text(a, "state")));
    }

    [Fact]
    public async Task A_first_line_that_is_cut_off_is_a_bad_line_and_no_dag()
    {
        var (_, output, _) = await RunAsync(["dag", "node-ids", "-"], "{\"node_type\":\"N\"\n{\"node_type\":\"N\"}\n");
        var answers = output.TrimEnd().Split('\n').Select(Fixture.Json).ToList();
        Assert.Equal(["JSONDecodeError", null], answers.Select(a => Fixture.Text(a, "error")));
    }

    [Fact]
    public async Task Older_nodes_are_hashed_with_the_world()
    {
        const string lines = "{\"node_type\":\"N\",\"code_hash\":\"c1\",\"config_hash\":\"cfg1\",\"schema_hash\":\"s1\"}\n{\"node_type\":\"N\"}\n";
        var (_, output, _) = await RunAsync(["dag", "node-ids", "-", "--generation", "older", "--world", "w1"], lines);
        var answers = output.TrimEnd().Split('\n').Select(Fixture.Json).ToList();
        Assert.Equal("80c548f9f8c890d3356f9af7b786af739147c434224befcf8ba3d6784317f8ec", Fixture.Text(answers[0], "node_id"));
        Assert.Equal("w1:N:c1:cfg1:s1", Fixture.Text(answers[0], "canonical"));
        Assert.Equal("KeyError", Fixture.Text(answers[1], "error"));
    }

    [Fact]
    public async Task A_stream_is_answered_while_it_still_comes()
    {
        // The input ends only after the answer to its first lines was seen: a reader that waits for the end would never answer.
        var pipe = new System.IO.Pipelines.Pipe();
        var answered = new TaskCompletionSource();
        var writer = new SignallingWriter(answered);
        var run = CommandLineProgram.RunAsync(["dag", "node-ids", "-"], new CommandStreams(pipe.Reader.AsStream(), writer, TextWriter.Null));
        await pipe.Writer.WriteAsync("{\"node_type\":\"N\"}\n"u8.ToArray());
        await answered.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await pipe.Writer.CompleteAsync();
        Assert.Equal(0, await run);
        Assert.Contains(NodeIdentity.NewerPrefix, writer.ToString(), StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(string[] args, string input = "") => RunAsync(args, Encoding.UTF8.GetBytes(input));

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] args, byte[] input)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLineProgram.RunAsync(args, new CommandStreams(new MemoryStream(input), output, error));
        return (code, output.ToString(), error.ToString());
    }

    private sealed class SignallingWriter(TaskCompletionSource written) : StringWriter
    {
        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            written.TrySetResult();
        }
    }
}
