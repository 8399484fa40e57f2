using System.Net;
using System.Text;

namespace Qmtl.Tests.Integration.Api;

public sealed class LimitTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private const int Most = 64 * 1024 * 1024;

    private HttpClient Client => fixture.Host.Client;

    [Fact]
    public async Task Takes_the_longest_chain_that_fits()
    {
        var chain = Bodies.Chain(Most);
        Assert.InRange(chain.Length, Most - 200, Most);
        var answer = await (await Client.PostAsync("/api/v1/dag-check", Bodies.Of(chain))).JsonAsync();
        Assert.True(answer.GetProperty("input").GetProperty("nodes").GetInt32() > 500_000);
        Assert.True(answer.GetProperty("findings").GetProperty("errors").GetInt32() > 0);
        Assert.InRange(answer.GetProperty("findings").GetProperty("items").GetArrayLength(), 1, 501);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refuses_more_than_the_bound(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dag-check") { Content = Bodies.Of(new byte[Most + 1]) };
        request.Headers.TransferEncodingChunked = chunked;
        var problem = await (await Client.SendAsync(request)).ProblemAsync(413, "BODY_TOO_LARGE");
        Assert.Contains("64 MiB", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Refuses_large_bodies_elsewhere()
    {
        var response = await Client.PostAsync("/api/v1/queues/by_tag", Bodies.Of(new byte[(1024 * 1024) + 1]));
        Assert.True(response.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.MethodNotAllowed);
        await response.ProblemAsync((int)response.StatusCode);
    }

    [Fact]
    public async Task Takes_ten_thousand_nodes_plain_and_in_base64()
    {
        var dag = Encoding.UTF8.GetBytes("{\"schema_version\":\"v1\",\"nodes\":[" + string.Join(',', Enumerable.Range(0, 10_000).Select(i =>
            $"{{\"node_id\":\"blake3:{i:x64}\",\"node_type\":\"ProcessingNode\",\"interval\":60,\"period\":1,\"code_hash\":\"{i:x64}\",\"config_hash\":\"{i:x64}\",\"schema_hash\":\"{i:x64}\",\"schema_compat_id\":\"s\",\"params\":{{\"note\":\"{new string('n', 420)}\"}},\"inputs\":[],\"dependencies\":[]}}")) + "]}");
        Assert.InRange(dag.Length, 8_000_000, 10_000_000);
        foreach (var body in new[] { dag, Encoding.ASCII.GetBytes(Convert.ToBase64String(dag)) })
        {
            var answer = await (await Client.PostAsync("/api/v1/dag-check", Bodies.Of(body))).JsonAsync();
            Assert.Equal(10_000, answer.GetProperty("input").GetProperty("nodes").GetInt32());
            Assert.True(answer.GetProperty("findings").GetProperty("errors").GetInt32() >= 10_000);
            Assert.InRange(answer.GetProperty("findings").GetProperty("items").GetArrayLength(), 1, 501);
        }
    }

    [Fact]
    public async Task Bounds_large_bodies_and_leaves_room_for_small_ones()
    {
        // Two senders who announce much and send slowly hold both places for as long as the test wants.
        using var held = new HeldBody();
        using var heldToo = new HeldBody();
        var first = Client.PostAsync("/api/v1/dag-check", held);
        var second = Client.PostAsync("/api/v1/dag-check", heldToo);
        await held.Started.WaitAsync(TimeSpan.FromSeconds(30));
        await heldToo.Started.WaitAsync(TimeSpan.FromSeconds(30));

        var refused = await UntilRefusedAsync();
        var problem = await refused.ProblemAsync(429, "TOO_MANY_LARGE_BODIES");
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains("Nothing was read", problem.GetProperty("advice").GetString());

        var small = await Client.PostAsync("/api/v1/dag-check", Bodies.Of(Bodies.Fixture("head-1-linear.json")));
        Assert.Equal(HttpStatusCode.OK, small.StatusCode);

        held.Finish();
        heldToo.Finish();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Client.PostAsync("/api/v1/dag-check", Bodies.Of(new byte[2 * 1024 * 1024]))).StatusCode);
    }

    [Fact]
    public async Task Survives_ten_of_64_mib_at_once()
    {
        var body = new byte[Most];
        Array.Fill(body, (byte)' ');
        "{}"u8.CopyTo(body);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await Client.PostAsync("/api/v1/dag-check", Bodies.Of(body))));
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, answer.StatusCode.ToString()));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var refused in answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests))
        {
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/healthz")).StatusCode);
    }

    /// <summary>Places may be taken a moment after the first bytes were sent; small-bodied requests never are.</summary>
    private async Task<HttpResponseMessage> UntilRefusedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var response = await Client.PostAsync("/api/v1/dag-check", Bodies.Of(new byte[2 * 1024 * 1024]), patience.Token);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return response;
            }
        }
    }

    /// <summary>Announces 2 MiB, sends the first and waits.</summary>
    private sealed class HeldBody : HttpContent
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HeldBody() => Headers.ContentType = new("application/json");

        public Task Started => _started.Task;

        public void Finish() => _finish.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[1024 * 1024]);
            await stream.FlushAsync();
            _started.TrySetResult();
            await _finish.Task;
            await stream.WriteAsync(new byte[1024 * 1024]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 2 * 1024 * 1024;
            return true;
        }
    }
}
