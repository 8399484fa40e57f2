using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Qmtl.Tests.Integration.Live.Http;

/// <summary>Which of the two Gateways is replayed.</summary>
internal enum ReplayGeneration
{
    /// <summary>Lists no worlds, takes no refresh, knows no state hash.</summary>
    Older,

    Newer,
}

/// <summary>Answers and frames of the real Gateways as they were recorded, from a server of our own.</summary>
internal sealed class ReplayGateway : IAsyncDisposable
{
    private readonly ReplayGeneration _generation;
    private readonly ConcurrentDictionary<ReplaySocket, bool> _sockets = new();
    private WebApplication _app;
    private int _sequence;

    private ReplayGateway(ReplayGeneration generation)
    {
        _generation = generation;
        _app = Build(0);
    }

    public int Port { get; private set; }

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    /// <summary>What GET /worlds names; null: as an old Gateway, nothing.</summary>
    public IReadOnlyList<string>? Worlds { get; set; } = ["w1"];

    public TimeSpan TokenLife { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What the descriptor says instead of this server's own address.</summary>
    public string? StreamUrl { get; set; }

    /// <summary>Whether a socket gets its world's events and those without a world alone.</summary>
    public bool FiltersByWorld { get; set; } = true;

    public string StateHash { get; set; } = Recorded("head/http/060-activation-state-hash.json")["body"]!["state_hash"]!.GetValue<string>();

    /// <summary>Answers a request before anything else does; true when it did.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>Method, path and Authorization of each request, in order.</summary>
    public ConcurrentQueue<(string Path, string Authorization)> Requests { get; } = new();

    /// <summary>Open sockets.</summary>
    public IReadOnlyList<ReplaySocket> Sockets => [.. _sockets.Keys];

    /// <summary>Every socket since the start, in order.</summary>
    public ConcurrentQueue<ReplaySocket> Opened { get; } = new();

    public static async Task<ReplayGateway> StartAsync(ReplayGeneration generation = ReplayGeneration.Newer)
    {
        var gateway = new ReplayGateway(generation);
        await gateway._app.StartAsync();
        gateway.Port = new Uri(gateway._app.Urls.First()).Port;
        if (generation == ReplayGeneration.Older) gateway.Worlds = null;
        return gateway;
    }

    /// <summary>Ends it without a word to anybody.</summary>
    public async Task KillAsync()
    {
        foreach (var socket in Sockets) socket.Socket.Abort();
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
        _sockets.Clear();
    }

    /// <summary>Starts it again at the same port; its numbers begin again.</summary>
    public Task RestartAsync()
    {
        _sequence = 0;
        _app = Build(Port);
        return _app.StartAsync();
    }

    /// <summary>Sends what a recorded client received, to every socket whose token is for the frame's world.</summary>
    public async Task PlayAsync(string recording)
    {
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "Fixtures/ws", recording)));
        foreach (var frame in document.RootElement.GetProperty("frames").EnumerateArray())
        {
            if (frame.GetProperty("dir").GetString() != "server" || !frame.TryGetProperty("json", out var json)) continue;
            var world = json.TryGetProperty("data", out var data) && data.TryGetProperty("world_id", out var id) ? id.GetString() : null;
            await SendAsync(Encoding.UTF8.GetBytes(json.GetRawText()), world);
        }
    }

    /// <summary>Passes on what is on the bus, as the Gateway does: an envelope of its own with the payload. What is no CloudEvent goes on as it is.</summary>
    public Task RelayAsync(ReadOnlyMemory<byte> value)
    {
        // A text frame holds UTF-8 alone; other bytes can only come as a binary one.
        if (!System.Text.Unicode.Utf8.IsValid(value.Span)) return SendAsync(value, null, WebSocketMessageType.Binary);
        JsonNode? bus;
        try
        {
            bus = JsonNode.Parse(value.Span);
        }
        catch (JsonException)
        {
            return SendAsync(value, null);
        }

        var data = bus!["data"]!.DeepClone();
        return SendAsync(Encoding.UTF8.GetBytes(Envelope(bus["type"]!.GetValue<string>(), data)), data["world_id"]?.GetValue<string>());
    }

    /// <summary>An envelope as the Gateway writes it, with the next number.</summary>
    public string Envelope(string type, JsonNode data) => new JsonObject
    {
        ["specversion"] = "1.0",
        ["id"] = Guid.NewGuid().ToString(),
        ["source"] = _generation == ReplayGeneration.Newer ? "qmtl.services.gateway" : "qmtl.gateway",
        ["type"] = type,
        ["time"] = DateTimeOffset.UtcNow.ToString("O"),
        ["datacontenttype"] = "application/json",
        ["data"] = data.DeepClone(),
        ["correlation_id"] = Guid.NewGuid().ToString(),
        ["seq_no"] = Interlocked.Increment(ref _sequence),
    }.ToJsonString();

    public async Task SendAsync(ReadOnlyMemory<byte> frame, string? world, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        foreach (var socket in Sockets.Where(socket => !FiltersByWorld || world is null || socket.World is null || socket.World == world)) await socket.SendAsync(frame, type);
    }

    public Task WaitForSocketsAsync(int count) => Waiting.ForAsync(() => _sockets.Count == count, () => $"{count} sockets are open; {_sockets.Count} are");

    public async ValueTask DisposeAsync() => await KillAsync();

    private WebApplication Build(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AllowSynchronousIO = false);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var app = builder.Build();
        // As behind a proxy that serves it below a path; without the path it answers too.
        app.UsePathBase("/below");
        app.UseWebSockets();
        app.Run(AnswerAsync);
        return app;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue(($"{context.Request.Method} {context.Request.PathBase}{path}{context.Request.QueryString}", context.Request.Headers.Authorization.ToString()));
        if (Instead is { } instead && await instead(context)) return;
        var parts = path.Trim('/').Split('/');
        switch (parts)
        {
            case ["ws", "evt"] when context.WebSockets.IsWebSocketRequest:
                await SocketAsync(context, needsToken: true);
                break;
            case ["ws"] when context.WebSockets.IsWebSocketRequest:
                await SocketAsync(context, needsToken: false);
                break;
            case ["events", "subscribe"]:
                await SubscribeAsync(context);
                break;
            case ["worlds"] when Worlds is { } worlds:
                await context.Response.WriteAsJsonAsync(worlds.Select(id => new { id, name = "World " + id, labels = Array.Empty<string>(), state = "ACTIVE", allow_live = false }));
                break;
            case ["worlds", _, "activation", "state_hash"] when _generation == ReplayGeneration.Newer:
                await context.Response.WriteAsJsonAsync(new { state_hash = StateHash });
                break;
            case ["worlds", _, "bindings"] when _generation == ReplayGeneration.Newer:
                await RecordedAsync(context, "head/http/033-bindings-get.json");
                break;
            case ["worlds", _, "activation"] when _generation == ReplayGeneration.Newer:
                await RecordedAsync(context, context.Request.Query["side"] == "long" ? "head/http/059-activation-get-live.json" : "head/http/049-activation-404.json");
                break;
            case ["worlds", _, "activation", ..]:
                await RecordedAsync(context, "seed/http/044-activation-500.json");
                break;
            default:
                context.Response.StatusCode = 404;
                await context.Response.WriteAsJsonAsync(new { detail = "Not Found" });
                break;
        }
    }

    private async Task SubscribeAsync(HttpContext context)
    {
        var asked = (await context.Request.ReadFromJsonAsync<JsonElement>())!;
        var topics = asked.GetProperty("topics").EnumerateArray().Select(topic => topic.GetString()!).ToArray();
        var recorded = Recorded(_generation == ReplayGeneration.Newer ? "head/http/204-events-subscribe.json" : "seed/http/045-events-subscribe.json");
        var body = recorded["body"]!;
        body["token"] = ReplayTokens.Make(asked.GetProperty("world_id").GetString()!, asked.GetProperty("strategy_id").GetString()!, topics, DateTimeOffset.UtcNow, TokenLife);
        body["topics"] = new JsonArray([.. topics.Select(topic => JsonValue.Create(topic))]);
        body["stream_url"] = StreamUrl ?? $"ws://127.0.0.1:{Port}/ws/evt";
        body["expires_at"] = (DateTimeOffset.UtcNow + TokenLife).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ");
        await WriteAsync(context, recorded);
    }

    private async Task SocketAsync(HttpContext context, bool needsToken)
    {
        var token = context.Request.Headers.Authorization.ToString() is { Length: > 7 } header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : context.Request.Query["token"].ToString();
        var world = needsToken ? ReplayTokens.WorldOf(token, DateTimeOffset.UtcNow) : null;
        if (needsToken && world is null)
        {
            context.Response.StatusCode = 403;
            return;
        }

        using var socket = new ReplaySocket(await context.WebSockets.AcceptWebSocketAsync(), world, _generation == ReplayGeneration.Newer, () => DateTimeOffset.UtcNow);
        _sockets[socket] = true;
        Opened.Enqueue(socket);
        try
        {
            await socket.ServeAsync();
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }

    private static Task RecordedAsync(HttpContext context, string file) => WriteAsync(context, Recorded(file));

    public static JsonNode Recorded(string file) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures/gateway", file)))!["response"]!;

    public static async Task WriteAsync(HttpContext context, JsonNode recorded)
    {
        context.Response.StatusCode = recorded["status"]!.GetValue<int>();
        foreach (var (name, value) in recorded["headers"]!.AsObject()) context.Response.Headers[name] = value!.GetValue<string>();
        if (recorded["body"] is { } body) await context.Response.WriteAsync(body is JsonValue text && text.TryGetValue(out string? plain) ? plain : body.ToJsonString());
    }
}
