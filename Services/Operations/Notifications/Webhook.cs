using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Plans;

namespace Qmtl.Operations.Notifications;

/// <summary>How messages fare.</summary>
/// <param name="Sent">Taken by the receiver.</param>
/// <param name="GivenUp">Not taken after all tries.</param>
/// <param name="Dropped">Pushed out of the full queue by newer ones.</param>
/// <param name="LastProblem">Why the newest failed try failed; null when the newest try went well.</param>
internal sealed record WebhookCounts(long Sent, long GivenUp, long Dropped, int Waiting, string? LastProblem);

/// <summary>
/// Tells a receiver of plans: one message at a time, in order, signed, never following a redirect. Only the console that did something tells of it.
/// A message that waits while the process ends is lost; the pages show the same.
/// </summary>
internal sealed partial class Webhook : BackgroundService
{
    private readonly RailFeed _feed;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Webhook> _logger;
    private readonly HttpClient _client;
    private readonly Channel<WebhookMessage> _waiting;
    private long _sent;
    private long _givenUp;
    private long _dropped;
    private volatile string? _lastProblem;

    public Webhook(RailFeed feed, WebhookOptions options, IOptions<OperationsOptions> bounds, TimeProvider time, ILogger<Webhook> logger)
    {
        (_feed, _options, _time, _logger) = (feed, options, time, logger);
        _waiting = Channel.CreateBounded<WebhookMessage>(
            new BoundedChannelOptions(bounds.Value.MaxWaitingMessages) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref _dropped));
        _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.Timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = 64 * 1024,
        };
        if (options.Url is not null) _feed.News += OnNews;
    }

    public bool IsConfigured => _options.Url is not null;

    /// <summary>Host of the receiver, without path: that may hold a secret.</summary>
    public string Receiver => _options.Url?.Authority ?? "";

    public WebhookCounts Counts => new(Interlocked.Read(ref _sent), Interlocked.Read(ref _givenUp), Interlocked.Read(ref _dropped), _waiting.Reader.Count, _lastProblem);

    public override void Dispose()
    {
        _feed.News -= OnNews;
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsConfigured) return;
        try
        {
            await foreach (var message in _waiting.Reader.ReadAllAsync(stoppingToken)) await SendAsync(message, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private void OnNews(Plan plan, PlanNews news) => _waiting.Writer.TryWrite(WebhookMessage.Of(plan, news, _options.PublicOrigin, _time.GetUtcNow()));

    private async Task SendAsync(WebhookMessage message, CancellationToken stopping)
    {
        for (var tries = 0; ; tries++)
        {
            if (await TrySendAsync(message, stopping) is not { } problem)
            {
                Interlocked.Increment(ref _sent);
                _lastProblem = null;
                return;
            }

            _lastProblem = problem;
            LogFailed(_logger, Receiver, problem);
            if (tries >= _options.Waits.Count)
            {
                Interlocked.Increment(ref _givenUp);
                return;
            }

            await Task.Delay(_options.Waits[tries], _time, stopping);
        }
    }

    /// <summary>What went wrong, or null.</summary>
    private async Task<string?> TrySendAsync(WebhookMessage message, CancellationToken stopping)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ByteArrayContent(message.Body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
            request.Headers.Add(WebhookMessage.TimestampHeader, message.Timestamp);
            request.Headers.Add(WebhookMessage.SignatureHeader, message.Signature(_options.Key));
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            if (answer.IsSuccessStatusCode) return null;
            return answer.StatusCode is >= HttpStatusCode.Moved and < HttpStatusCode.BadRequest
                ? $"it answered {(int)answer.StatusCode}, a redirect, which is not followed"
                : $"it answered {(int)answer.StatusCode}";
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException && !stopping.IsCancellationRequested)
        {
            return problem is TaskCanceledException ? $"no answer within {_options.Timeout.TotalSeconds:0} s" : problem.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message about a plan could not be handed to {Receiver}: {Problem}")]
    private static partial void LogFailed(ILogger logger, string receiver, string problem);
}
