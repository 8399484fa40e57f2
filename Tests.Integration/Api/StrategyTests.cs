using System.Net;
using System.Text;
using System.Text.Json;

namespace Qmtl.Tests.Integration.Api;

public sealed class StrategyTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private HttpClient Client => fixture.Host.Client;

    [Fact]
    public async Task Lists_strategies_with_source_and_time()
    {
        var list = await GetJsonAsync("/api/v1/strategies");
        Assert.NotEmpty(list.GetProperty("source").GetString()!);
        Assert.NotEqual(default, list.GetProperty("read_at").GetDateTimeOffset());
        var first = list.GetProperty("strategies")[0];
        var one = await GetJsonAsync($"/api/v1/strategies/{first.GetProperty("strategy_id").GetString()}");
        Assert.Equal(first.GetProperty("dag_hash").GetString(), one.GetProperty("dag_hash").GetString());
    }

    [Fact]
    public async Task The_message_has_an_entry_for_each_node_and_edge()
    {
        var (id, nodes) = await LargestAsync();
        var message = await GetJsonAsync($"/api/v1/strategies/{id}/graph");
        Assert.Equal(1, message.GetProperty("v").GetInt32());
        foreach (var field in new[] { "id", "name", "sub", "type", "flags", "x", "y", "layer" })
        {
            Assert.Equal(nodes, message.GetProperty(field).GetArrayLength());
        }

        var edges = message.GetProperty("edges").GetArrayLength() / 2;
        Assert.True(edges >= nodes / 2);
        Assert.Equal(edges, message.GetProperty("routes").GetArrayLength());
        Assert.All(message.GetProperty("routes").EnumerateArray(), route => Assert.Equal(2, route.GetArrayLength() % 6));
    }

    [Fact]
    public async Task The_message_is_sent_compressed_and_only_once()
    {
        var (id, _) = await LargestAsync();
        using var ask = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/strategies/{id}/graph");
        ask.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        using var first = await Client.SendAsync(ask);
        Assert.Equal(["gzip"], first.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", first.Headers.Vary);
        var plain = await Client.GetByteArrayAsync($"/api/v1/strategies/{id}/graph");
        // Node ids are random digits: more than a third is out of reach.
        Assert.True((await first.Content.ReadAsByteArrayAsync()).Length < plain.Length / 2);

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/strategies/{id}/graph");
        again.Headers.TryAddWithoutValidation("If-None-Match", first.Headers.ETag!.ToString());
        using var second = await Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_dag_comes_as_it_was_submitted()
    {
        var (id, nodes) = await LargestAsync();
        var dag = await GetJsonAsync($"/api/v1/strategies/{id}/dag");
        Assert.Equal(nodes, dag.GetProperty("nodes").EnumerateArray().Count(node => node.GetProperty("node_type").GetString() != "VersionSentinel"));
    }

    [Fact]
    public async Task The_svg_may_run_nothing()
    {
        var (id, _) = await LargestAsync();
        using var answer = await Client.GetAsync($"/api/v1/strategies/{id}/graph.svg");
        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Contains("<svg", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Two_versions_come_as_one_graph_whichever_is_named_first()
    {
        var list = (await GetJsonAsync("/api/v1/strategies")).GetProperty("strategies").EnumerateArray();
        var versions = list.Where(strategy => strategy.GetProperty("family").GetString() is not null).GroupBy(strategy => strategy.GetProperty("family").GetString())
            .First(family => family.Count() > 1).Select(strategy => strategy.GetProperty("strategy_id").GetString()!).Take(2).ToArray();
        var one = await Client.GetByteArrayAsync($"/api/v1/strategies/{versions[0]}/compare/{versions[1]}/graph");
        var other = await Client.GetByteArrayAsync($"/api/v1/strategies/{versions[1]}/compare/{versions[0]}/graph");
        Assert.Equal(Encoding.UTF8.GetString(one), Encoding.UTF8.GetString(other));
        var message = JsonDocument.Parse(one).RootElement;
        Assert.Equal(message.GetProperty("edges").GetArrayLength() / 2, message.GetProperty("eflags").GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/dag")]
    [InlineData("/graph")]
    [InlineData("/graph.svg")]
    [InlineData("/compare/nobody/graph")]
    public async Task An_unknown_id_is_not_found_and_says_where_to_look(string path)
    {
        using var answer = await Client.GetAsync("/api/v1/strategies/nobody" + path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("No strategy has the id nobody.", problem.GetProperty("detail").GetString());
        Assert.Contains("/api/v1/strategies", problem.GetProperty("advice").GetString());
    }

    [Fact]
    public async Task A_connected_console_says_that_it_cannot_read_strategies_yet()
    {
        await using var host = await ConsoleHost.StartAsync(("Redis:Connection", "localhost:6379"));
        using var client = await host.SignedInAsync("viewer");
        using var answer = await client.GetAsync("/api/v1/strategies");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("Redis:Connection", await answer.Content.ReadAsStringAsync());
    }

    private async Task<(string Id, int Nodes)> LargestAsync()
    {
        var largest = (await GetJsonAsync("/api/v1/strategies")).GetProperty("strategies").EnumerateArray().MaxBy(strategy => strategy.GetProperty("node_count").GetInt32());
        return (largest.GetProperty("strategy_id").GetString()!, largest.GetProperty("node_count").GetInt32());
    }

    private async Task<JsonElement> GetJsonAsync(string path) => JsonDocument.Parse(await Client.GetStringAsync(path)).RootElement;
}
