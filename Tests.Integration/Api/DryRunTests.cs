using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.DryRuns;
using Qmtl.DagManager;

namespace Qmtl.Tests.Integration.Api;

public sealed class DryRunTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private HttpClient Client => fixture.Host.Client;

    [Fact]
    public async Task Answers_stores_and_finds_again()
    {
        var dag = Bodies.Fixture("head-sdk-40-kahn-order.json");
        var created = await Client.PostAsync("/api/v1/dry-runs?world_id=w1", Bodies.Of(dag));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var report = await created.JsonAsync();
        var id = report.GetProperty("id").GetString()!;
        Assert.Equal($"/api/v1/dry-runs/{id}", created.Headers.Location!.ToString());
        Assert.Equal($"/dry-run/{id}", report.GetProperty("page").GetString());

        var result = report.GetProperty("result");
        Assert.Equal("dryrun", result.GetProperty("strategy_id").GetString());
        Assert.Equal("dryrun-sentinel", result.GetProperty("sentinel_id").GetString());
        Assert.Equal("diff", result.GetProperty("source").GetString());
        var nodes = result.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(report.GetProperty("input").GetProperty("nodes").GetInt32(), nodes.Count);
        var map = result.GetProperty("queue_map");
        foreach (var node in nodes)
        {
            var queue = map.GetProperty(node.GetProperty("node_id").GetString()!)[0];
            Assert.Equal(node.GetProperty("queue").GetString(), queue.GetProperty("queue").GetString());
            Assert.False(queue.GetProperty("global").GetBoolean());
        }

        var counts = result.GetProperty("counts");
        Assert.Equal(nodes.Count, counts.GetProperty("new").GetInt32() + counts.GetProperty("reused").GetInt32() + counts.GetProperty("buffered").GetInt32());
        var checksum = result.GetProperty("submission_checksum");
        Assert.Equal(checksum.GetProperty("decimal").GetUInt32(), Convert.ToUInt32(checksum.GetProperty("hex").GetString(), 16));

        Assert.Equal(report.GetRawText(), (await (await Client.GetAsync(created.Headers.Location)).JsonAsync()).GetRawText());
        Assert.Equal(dag, await Client.GetByteArrayAsync(report.GetProperty("dag").GetString()));
        var download = await Client.GetAsync($"/api/v1/dry-runs/{id}?download");
        Assert.Equal($"dry-run-{id}.json", download.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        var graph = await (await Client.GetAsync($"/api/v1/dry-runs/{id}/graph")).JsonAsync();
        Assert.Equal(nodes.Count, graph.GetProperty("id").GetArrayLength());
        Assert.All(graph.GetProperty("flags").EnumerateArray(), flags => Assert.NotEqual(0, flags.GetInt32() & (2 | 4 | 32)));
    }

    [Fact]
    public async Task Changes_nothing()
    {
        var graph = fixture.Host.Services.GetRequiredService<IDagManager>();
        var before = await graph.CountsAsync(default);
        for (var i = 0; i < 3; i++)
        {
            (await Client.PostAsync("/api/v1/dry-runs", Bodies.Of(Bodies.Fixture("head-sdk-40-kahn-order.json")))).EnsureSuccessStatusCode();
        }

        Assert.Equal(before, await graph.CountsAsync(default));
    }

    [Fact]
    public async Task Answers_briefly_when_asked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dry-runs") { Content = Bodies.Of(Bodies.Fixture("head-sdk-400.json")) };
        request.Headers.Add("Prefer", "return=minimal");
        var response = await Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("return=minimal", response.Headers.GetValues("Preference-Applied").Single());
        var report = await response.JsonAsync();
        Assert.Equal(0, report.GetProperty("result").GetProperty("nodes").GetArrayLength());
        Assert.Equal(JsonValueKind.Object, report.GetProperty("result").GetProperty("counts").ValueKind);
        var whole = await (await Client.GetAsync(response.Headers.Location)).JsonAsync();
        Assert.True(whole.GetProperty("result").GetProperty("nodes").GetArrayLength() > 300);
    }

    [Fact]
    public async Task Stores_a_refusal_with_its_findings()
    {
        var text = System.Text.Encoding.UTF8.GetString(Bodies.Fixture("head-1-linear.json")).Replace("\"ema_20\"", "\"other\"", StringComparison.Ordinal).Replace("\"window\": 20", "\"window\": 21", StringComparison.Ordinal);
        var created = await Client.PostAsync("/api/v1/dry-runs", Bodies.Of(text));
        var report = await created.JsonAsync();
        Assert.Equal("E_NODE_ID_MISMATCH", report.GetProperty("refusal").GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("result").ValueKind);
        var finding = report.GetProperty("findings").GetProperty("items").EnumerateArray().First(item => item.GetProperty("code").GetString() == "E_NODE_ID_MISMATCH");
        Assert.StartsWith("$.nodes[1]", finding.GetProperty("path").GetString());
        Assert.True(finding.GetProperty("at").GetProperty("line").GetInt32() > 1);
    }

    [Fact]
    public async Task Tells_unknown_from_expired()
    {
        await (await Client.GetAsync("/api/v1/dry-runs/nonsense")).ProblemAsync(404, "NOT_FOUND");
        var gone = DryRunId.New(TimeProvider.System.GetUtcNow().AddDays(-2));
        var problem = await (await Client.GetAsync($"/api/v1/dry-runs/{gone}")).ProblemAsync(410, "DRY_RUN_EXPIRED");
        Assert.Contains("expired at", problem.GetProperty("detail").GetString());
        await (await Client.GetAsync($"/api/v1/dry-runs/{gone}/dag")).ProblemAsync(410, "DRY_RUN_EXPIRED");
        await (await Client.GetAsync($"/api/v1/dry-runs/{DryRunId.New(TimeProvider.System.GetUtcNow())}")).ProblemAsync(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Looks_queues_up()
    {
        var found = await (await Client.GetAsync("/api/v1/queues/by_tag?tags=btc,price&interval=60&match_mode=all")).JsonAsync();
        Assert.Equal(JsonValueKind.Array, found.GetProperty("queues").ValueKind);
        await (await Client.GetAsync("/api/v1/queues/by_tag?interval=60")).ProblemAsync(400, "BAD_QUERY");
        await (await Client.GetAsync("/api/v1/queues/by_tag?tags=a")).ProblemAsync(400, "BAD_QUERY");
        await (await Client.GetAsync("/api/v1/queues/by_tag?tags=a&interval=-1")).ProblemAsync(400, "BAD_QUERY");
        await (await Client.GetAsync("/api/v1/queues/by_tag?tags=a&interval=60&match_mode=some")).ProblemAsync(400, "BAD_QUERY");
    }

    [Fact]
    public async Task Describes_itself()
    {
        var document = await (await Client.GetAsync("/openapi/v1.json")).JsonAsync();
        var paths = document.GetProperty("paths");
        foreach (var path in new[] { "/api/v1/dag-check", "/api/v1/dry-runs", "/api/v1/dry-runs/{id}", "/api/v1/dry-runs/{id}/dag", "/api/v1/queues/by_tag" })
        {
            foreach (var operation in paths.GetProperty(path).EnumerateObject())
            {
                Assert.False(string.IsNullOrEmpty(operation.Value.GetProperty("summary").GetString()), path);
            }
        }

        Assert.True(paths.GetProperty("/api/v1/dry-runs").GetProperty("post").TryGetProperty("requestBody", out _));
    }

    [Fact]
    public async Task Refuses_foreign_origins()
    {
        foreach (var (origin, allowed) in new[] { ("https://elsewhere.example", false), ("null", false), (fixture.Host.Address.GetLeftPart(UriPartial.Authority), true) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dag-check") { Content = Bodies.Of("{}") };
            request.Headers.Add("Origin", origin);
            var response = await Client.SendAsync(request);
            if (allowed)
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
            else
            {
                await response.ProblemAsync(403, "FOREIGN_ORIGIN");
            }
        }
    }

    [Fact]
    public async Task Answers_with_problems_where_there_is_nothing()
    {
        await (await Client.GetAsync("/api/v1/nothing")).ProblemAsync(404, "NOT_FOUND");
        await (await Client.DeleteAsync("/api/v1/dry-runs")).ProblemAsync(405, "METHOD_NOT_ALLOWED");
    }
}
