using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Operations.Notifications;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Health;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Unit.Services;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

public sealed class WebhookTests : IAsyncDisposable
{
    private const string Key = "a key that both sides know";

    private readonly HttpListener _receiver = new();
    private readonly Channel<(string Path, string Signature, string Timestamp, string Body)> _received = Channel.CreateUnbounded<(string, string, string, string)>();
    private readonly string _url;
    private Func<int, int> _answer = _ => 204;
    private int _requests;

    public WebhookTests()
    {
        for (var port = 20_000 + Random.Shared.Next(30_000); ; port++)
        {
            try
            {
                _url = $"http://127.0.0.1:{port}/hook";
                _receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
                _receiver.Start();
                break;
            }
            catch (HttpListenerException)
            {
                _receiver.Prefixes.Clear();
            }
        }

        _ = ReceiveAsync();
    }

    public ValueTask DisposeAsync()
    {
        _receiver.Close();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Plans_are_told_of_in_order_and_signed()
    {
        await using var rail = Kit();
        await rail.Get<Webhook>().StartAsync(default);
        var plan = await rail.ConfirmedAsync(Alice, "test.grave");
        await rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "fine", default);
        await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        var events = new List<string?>();
        for (var number = 0; number < 3; number++)
        {
            var (_, signature, timestamp, body) = await NextAsync();
            Assert.Equal("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes($"{timestamp}.{body}"))), signature);
            var message = JsonDocument.Parse(body).RootElement;
            events.Add(message.GetProperty("event").GetString());
            Assert.Equal(plan.Id, message.GetProperty("plan").GetString());
            Assert.Equal($"https://console.example/plans/{plan.Id}", message.GetProperty("link").GetString());
        }

        Assert.Equal(["plan.waits-for-approval", "plan.approved", "plan.executed"], events);
        await rail.Get<Webhook>().StopAsync(default);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_a_failure_is_tried_again_and_shown()
    {
        _answer = number => number == 1 ? 307 : number == 2 ? 500 : 204;
        await using var rail = Kit();
        var webhook = rail.Get<Webhook>();
        await webhook.StartAsync(default);
        var plan = await rail.ConfirmedAsync(Alice, "test.grave");
        await rail.Plans.RejectAsync(Bob, plan.Id, "no", default);
        var messages = new[] { await NextAsync(), await NextAsync(), await NextAsync(), await NextAsync() };
        Assert.All(messages, message => Assert.Equal("/hook", message.Path));
        Assert.Equal(messages[0].Body, messages[2].Body);
        Assert.Contains("plan.rejected", messages[3].Body, StringComparison.Ordinal);
        await UntilAsync(() => webhook.Counts.Sent == 2);
        Assert.Equal(new WebhookCounts(2, 0, 0, 0, null), webhook.Counts);
        await webhook.StopAsync(default);
    }

    [Fact]
    public async Task What_is_given_up_is_counted_and_shown_in_the_health_report()
    {
        _answer = _ => 503;
        await using var rail = Kit();
        var webhook = rail.Get<Webhook>();
        await webhook.StartAsync(default);
        await rail.ConfirmedAsync(Alice, "test.grave");
        await UntilAsync(() => webhook.Counts.GivenUp == 1);
        Assert.Equal(3, _requests);
        var reading = await new WebhookProbe(webhook, TimeProvider.System).ReadAsync(default);
        Assert.Equal(DependencyState.Broken, reading.State);
        Assert.Contains("1 given up", reading.Detail, StringComparison.Ordinal);
        Assert.Contains("503", reading.Detail, StringComparison.Ordinal);
        await webhook.StopAsync(default);
    }

    [Fact]
    public async Task The_queue_has_a_bound_and_what_falls_out_is_counted()
    {
        await using var rail = Kit(options => options.MaxWaitingMessages = 2);
        // Made, and not started: nothing is taken out.
        Assert.Equal(0, rail.Get<Webhook>().Counts.Waiting);
        for (var number = 0; number < 5; number++) await rail.ConfirmedAsync(Alice, "test.grave");
        Assert.Equal((2, 3L), (rail.Get<Webhook>().Counts.Waiting, rail.Get<Webhook>().Counts.Dropped));
        Assert.Equal(0, _requests);
    }

    [Fact]
    public async Task The_author_is_told_once_five_minutes_before_a_window_closes()
    {
        var time = new ManualTime();
        var store = new InMemoryDocumentStore(time);
        await using var rail = new RailKit(store, time, add: Add, operations: new TestOperation());
        await using var other = new RailKit(store, time, add: Add, operations: new TestOperation());
        await rail.PlanAsync(Alice);
        time.Advance(TimeSpan.FromMinutes(54));
        await Task.WhenAll(rail.Watch.LookAsync(default), other.Watch.LookAsync(default));
        Assert.Equal(0, rail.Get<Webhook>().Counts.Waiting + other.Get<Webhook>().Counts.Waiting);
        time.Advance(TimeSpan.FromMinutes(1));
        for (var look = 0; look < 3; look++) await Task.WhenAll(rail.Watch.LookAsync(default), other.Watch.LookAsync(default));
        Assert.Equal(1, rail.Get<Webhook>().Counts.Waiting + other.Get<Webhook>().Counts.Waiting);
    }

    private RailKit Kit(Action<Qmtl.Operations.OperationsOptions>? configure = null) => new(
        new InMemoryDocumentStore(TimeProvider.System), TimeProvider.System, configure: configure, add: Add, operations: new TestOperation { Kind = TestOperation.KindOf("test.grave", OperationDanger.Grave) });

    private void Add(IServiceCollection services) => services.AddSingleton(new WebhookOptions
    {
        Url = new(_url), Key = Key, PublicOrigin = "https://console.example", Waits = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10)],
    });

    private async Task ReceiveAsync()
    {
        while (_receiver.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _receiver.GetContextAsync();
            }
            catch (Exception problem) when (problem is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            context.Response.StatusCode = _answer(Interlocked.Increment(ref _requests));
            if (context.Response.StatusCode == 307) context.Response.RedirectLocation = "/elsewhere";
            await _received.Writer.WriteAsync((context.Request.Url!.AbsolutePath, context.Request.Headers["X-Qmtl-Signature"] ?? "", context.Request.Headers["X-Qmtl-Timestamp"] ?? "", body));
            context.Response.Close();
        }
    }

    private async Task<(string Path, string Signature, string Timestamp, string Body)> NextAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _received.Reader.ReadAsync(late.Token);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); !condition(); await Task.Delay(10)) Assert.True(DateTime.UtcNow < deadline, "It did not come to that.");
    }
}
