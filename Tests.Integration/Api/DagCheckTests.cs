using System.Net;
using System.Text;
using System.Text.Json;

namespace Qmtl.Tests.Integration.Api;

public sealed class DagCheckTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private HttpClient Client => fixture.Host.Client;

    public static TheoryData<string> Dags => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", "dags"), "*.json")
        .Select(Path.GetFileName).OfType<string>().Where(name => !name.Contains("dagmanager", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Dags))]
    public async Task Takes_real_dags(string name)
    {
        var world = name.StartsWith("seed", StringComparison.Ordinal) ? "" : "?world_id=w1";
        var answer = await (await Client.PostAsync("/api/v1/dag-check" + world, Bodies.Of(Bodies.Fixture(name)))).JsonAsync();
        Assert.Equal(0, answer.GetProperty("findings").GetProperty("errors").GetInt32());
        Assert.True(answer.GetProperty("valid").GetBoolean());
        Assert.True(answer.GetProperty("input").GetProperty("nodes").GetInt32() > 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \n ")]
    [InlineData("not json")]
    [InlineData("{\"nodes\":")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"nodes\":{}}")]
    [InlineData("{\"schema_version\":\"v1\",\"nodes\":[1,null,\"x\",[]]}")]
    [InlineData("{\"schema_version\":7,\"nodes\":[{\"node_id\":5}]}")]
    [InlineData("{\"dag_json\":\"!!!not base64!!!\",\"node_ids_crc32\":0}")]
    [InlineData("{\"dag_json\":12}")]
    [InlineData("eyJub2Rlcy==I6W10")]
    [InlineData("\0\0\0")]
    [InlineData("{\"schema_version\":\"v1\",\"nodes\":[{\"node_id\":\"\\ud800\",\"node_type\":\"N\"}]}")]
    [InlineData("{\"schema_version\":\"v1\",\"nodes\":[{\"node_id\":\"a\\u0000b\",\"node_type\":\"N\"}]}")]
    public async Task Says_what_is_wrong(string text)
    {
        var response = await Client.PostAsync("/api/v1/dag-check", Bodies.Of(text));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.False(answer.GetProperty("valid").GetBoolean());
        AssertWords(answer);

        var run = await Client.PostAsync("/api/v1/dry-runs", Bodies.Of(text));
        Assert.True(run.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Created, run.StatusCode.ToString());
        if (run.StatusCode == HttpStatusCode.BadRequest)
        {
            await run.ProblemAsync(400);
        }
        else
        {
            Assert.NotEqual(JsonValueKind.Null, (await run.JsonAsync()).GetProperty("refusal").ValueKind);
        }
    }

    [Fact]
    public async Task Says_what_is_wrong_with_bytes_that_are_no_text()
    {
        var answer = await (await Client.PostAsync("/api/v1/dag-check", Bodies.Of([0xff, 0xfe, 0x00, 0xc3, 0x28], "application/octet-stream"))).JsonAsync();
        Assert.False(answer.GetProperty("valid").GetBoolean());
        AssertWords(answer);
    }

    [Fact]
    public async Task Takes_brackets_nested_ten_thousand_deep()
    {
        var text = new string('[', 10_000) + new string(']', 10_000);
        foreach (var body in new[] { text, "{\"schema_version\":\"v1\",\"nodes\":" + text + "}", "{\"schema_version\":\"v1\",\"nodes\":[{\"node_id\":\"a\",\"params\":" + text + "}]}" })
        {
            var answer = await (await Client.PostAsync("/api/v1/dag-check", Bodies.Of(body))).JsonAsync();
            Assert.False(answer.GetProperty("valid").GetBoolean());
            AssertWords(answer);
        }
    }

    [Fact]
    public async Task Takes_five_megabytes_of_junk()
    {
        var junk = new byte[5 * 1024 * 1024];
        new Random(3).NextBytes(junk);
        foreach (var body in new[] { junk, Encoding.ASCII.GetBytes(new string('{', junk.Length)), Encoding.ASCII.GetBytes("{\"a\":\"" + new string('x', junk.Length) + "\"}") })
        {
            var answer = await (await Client.PostAsync("/api/v1/dag-check", Bodies.Of(body))).JsonAsync();
            Assert.False(answer.GetProperty("valid").GetBoolean());
            AssertWords(answer);
        }
    }

    [Fact]
    public async Task Reads_envelopes_and_base64_and_points_into_the_decoded_dag()
    {
        var dag = Bodies.Fixture("head-1-linear.json");
        var base64 = Convert.ToBase64String(dag);
        var forms = new Dictionary<string, string>
        {
            ["bare_dag"] = Encoding.UTF8.GetString(dag),
            ["bare_dag_base64"] = base64,
            ["envelope_base64"] = JsonSerializer.Serialize(new { dag_json = base64, world_ids = new[] { "w1" } }),
            ["envelope_plain"] = JsonSerializer.Serialize(new { dag_json = Encoding.UTF8.GetString(dag), world_ids = new[] { "w1" } }),
        };
        foreach (var (form, text) in forms)
        {
            var answer = await (await Client.PostAsync("/api/v1/dag-check", Bodies.Of(text))).JsonAsync();
            var input = answer.GetProperty("input");
            Assert.Equal(form, input.GetProperty("form").GetString());
            Assert.Equal(form != "bare_dag", input.GetProperty("decoded").GetBoolean());
            Assert.Equal(dag.Length, input.GetProperty("dag_bytes").GetInt32());
            Assert.Equal(dag, await (await Client.PostAsync("/api/v1/dag-decode", Bodies.Of(text))).Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData("?generation=blue", "generation")]
    [InlineData("?world_id=WORLD", "world_id")]
    public async Task Refuses_wrong_parameters(string query, string parameter)
    {
        var response = await Client.PostAsync("/api/v1/dag-check" + query.Replace("WORLD", new string('w', 300)), Bodies.Of("{}"));
        Assert.Contains(parameter, (await response.ProblemAsync(400, "BAD_QUERY")).GetProperty("where").GetString());
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/html")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Refuses_other_kinds_of_bodies(string type) =>
        await (await Client.PostAsync("/api/v1/dag-check", Bodies.Of("{}", type))).ProblemAsync(415, "UNSUPPORTED_MEDIA_TYPE");

    [Fact]
    public async Task Refuses_compressed_bodies()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dag-check") { Content = Bodies.Of("{}") };
        request.Content!.Headers.ContentEncoding.Add("gzip");
        await (await Client.SendAsync(request)).ProblemAsync(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    private static void AssertWords(JsonElement answer)
    {
        var findings = answer.GetProperty("findings");
        Assert.True(findings.GetProperty("errors").GetInt32() > 0);
        foreach (var finding in findings.GetProperty("items").EnumerateArray())
        {
            Assert.False(string.IsNullOrWhiteSpace(finding.GetProperty("message").GetString()));
            Assert.False(string.IsNullOrWhiteSpace(finding.GetProperty("advice").GetString()));
        }
    }
}

/// <summary>One console for the tests of a class.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    internal ConsoleHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await ConsoleHost.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
