using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Qmtl.ControlBus.Http;

/// <summary>What an HTTP call came to.</summary>
/// <param name="Status">0 when there was no answer.</param>
/// <param name="Problem">Why there is no body to read, in words that go on after "the Gateway, because"; null when status 200 came with a body within its bound.</param>
/// <param name="RetryAfter">What the answer asks for; null when nothing.</param>
internal sealed record Answer(int Status, ReadOnlyMemory<byte> Body, string? Problem, TimeSpan? RetryAfter = null);

/// <summary>The Gateway's HTTP side: bounded answers, no redirects, one deadline for each call. Trouble is an answer, never an exception.</summary>
internal sealed class GatewayHttp : IDisposable
{
    /// <summary>Calls at once, so that many worlds do not storm the Gateway after its restart. Readings, which WorldService may hold up, do not hold up tokens.</summary>
    private const int AtOnce = 4;

    private static readonly string[] Topics = ["activation", "policy", "queue"];
    private readonly GatewayStreamOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _tokens = new(AtOnce);
    private readonly SemaphoreSlim _readings = new(AtOnce);
    private readonly HttpClient _client;

    public GatewayHttp(GatewayStreamOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.ConnectTimeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = options.Url,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.Accept.Add(new("application/json"));
        _client.DefaultRequestHeaders.UserAgent.Add(new("qmtl-console", null));
        if (options.Credentials is { } credentials) _client.DefaultRequestHeaders.Authorization = Basic(credentials);
    }

    public static AuthenticationHeaderValue Basic(string credentials) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));

    /// <summary>Asks for a token of one world. QMTL's tokens take these topics; rebalancing is on none.</summary>
    public Task<Answer> SubscribeAsync(string world, CancellationToken cancellation) => SendAsync(
        _tokens,
        () => new(HttpMethod.Post, "events/subscribe")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { world_id = world, strategy_id = GatewayControlSource.StrategyId, topics = Topics }))
            {
                Headers = { ContentType = new("application/json") },
            },
        },
        cancellation);

    /// <param name="path">Relative, its parts escaped.</param>
    public Task<Answer> GetAsync(string path, CancellationToken cancellation) => SendAsync(_readings, () => new(HttpMethod.Get, path), cancellation);

    public void Dispose()
    {
        _client.Dispose();
        _tokens.Dispose();
        _readings.Dispose();
    }

    private async Task<Answer> SendAsync(SemaphoreSlim slots, Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            using var request = make();
            return await SendAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(0, default, string.Create(CultureInfo.InvariantCulture, $"it gave no answer within {_options.RequestTimeout.TotalSeconds:0.#} s."));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidOperationException)
        {
            return new(0, default, $"it cannot be reached: {Words.Reason(exception)}");
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        var status = (int)response.StatusCode;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = await ReadAsync(stream, cancellation);
        if (body is null) return new(status, default, string.Create(CultureInfo.InvariantCulture, $"its answer {status} is longer than {_options.MaxAnswerBytes} bytes."));
        // With WorldService gone the Gateway answers from its cache, and writes weight 0 and inactive into it: nothing that anybody should be told as the state.
        if (status == 200) return new(status, body, response.Headers.Contains("X-Stale") ? "its answer is a stale copy: WorldService does not answer it." : null);
        var after = response.Headers.RetryAfter?.Delta is { } wait && wait > TimeSpan.Zero ? wait : (TimeSpan?)null;
        return new(status, body, Say(status, body, response.Headers.Location), after);
    }

    /// <summary>Null when there is more than the bound.</summary>
    private async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is var read && read > 0)
        {
            if (whole.Length + read > _options.MaxAnswerBytes) return null;
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }

    private static string Say(int status, byte[] body, Uri? location)
    {
        if (status == 204) return "it answers 204 without a body: it has taken itself back to level STATIC, where it answers nothing.";
        if (status is >= 300 and < 400)
        {
            var where = location is { IsAbsoluteUri: true } ? $" to the host {Words.Short(location.Authority, 100)}" : "";
            return string.Create(CultureInfo.InvariantCulture, $"it answers {status}, a redirect{where}, which is not followed. Set Gateway:Url to the address itself.");
        }

        var text = Words.Short(Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 1_000))), 160);
        var name = Enum.IsDefined((HttpStatusCode)status) ? $" {(HttpStatusCode)status}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"it answers {status}{name}{(text.Length > 0 ? $": {text}" : "")}.");
    }
}
