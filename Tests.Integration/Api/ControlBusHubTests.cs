using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Integration.Api;

/// <summary>The hub as a program uses it: SignalR's JSON protocol over a plain WebSocket.</summary>
public sealed class ControlBusHubTests
{
    [Fact]
    public async Task A_stream_begins_with_the_newest_goes_on_live_and_resumes_where_it_was()
    {
        await using var host = await ConsoleHost.StartAsync();
        string at;
        using (var socket = await OpenAsync(host))
        {
            await SendAsync(socket, """{"type":4,"invocationId":"1","target":"Subscribe","arguments":[{"backfill":3,"worlds":["hub-test"]},null]}""");
            var first = await BatchAsync(socket);
            Assert.Empty(first.GetProperty("events").EnumerateArray());
            Assert.True(first.GetProperty("is_backfill").GetBoolean());
            await EmitAsync(host, "hub-test", 0.25);
            await EmitAsync(host, "elsewhere", 0.5);
            var row = await EventAsync(socket);
            Assert.Equal("sentinel_weight_updated", row.Batch.GetProperty("events")[0].GetProperty("type").GetString());
            Assert.Equal("hub-test", row.Batch.GetProperty("events")[0].GetProperty("world_id").GetString());
            at = row.Batch.GetProperty("at").GetString()!;
        }

        // While nobody listens.
        await EmitAsync(host, "hub-test", 0.75);
        using var again = await OpenAsync(host);
        await SendAsync(again, $$"""{"type":4,"invocationId":"1","target":"Subscribe","arguments":[{"worlds":["hub-test"],"data":true},"{{at}}"]}""");
        var missed = (await EventAsync(again)).Batch.GetProperty("events");
        Assert.Equal(0.75, Assert.Single(missed.EnumerateArray()).GetProperty("data").GetProperty("weight").GetDouble());
    }

    [Fact]
    public async Task Another_journals_place_is_answered_with_a_reset_and_the_reason()
    {
        await using var host = await ConsoleHost.StartAsync();
        using var socket = await OpenAsync(host);
        await SendAsync(socket, """{"type":4,"invocationId":"1","target":"Subscribe","arguments":[{},"other:7"]}""");
        Assert.Contains("The journal is another one", (await BatchAsync(socket)).GetProperty("reset").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":"TOOLONG"}""", "text is longer than 400 characters")]
    [InlineData("""{"backfill":10001}""", "backfill is outside 0 to 10,000")]
    public async Task A_filter_that_cannot_be_taken_says_why(string filter, string why)
    {
        await using var host = await ConsoleHost.StartAsync();
        using var socket = await OpenAsync(host);
        await SendAsync(socket, $$"""{"type":4,"invocationId":"1","target":"Subscribe","arguments":[{{filter.Replace("TOOLONG", new string('x', 401), StringComparison.Ordinal)}},null]}""");
        Assert.Contains(why, await ErrorAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_gets_a_socket_without_a_session()
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"));
        using var nobody = new ClientWebSocket();
        nobody.Options.CollectHttpResponseDetails = true;
        nobody.Options.SetRequestHeader("Origin", host.Address.GetLeftPart(UriPartial.Authority));
        await Assert.ThrowsAsync<WebSocketException>(() => nobody.ConnectAsync(Hub(host), default));
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.HttpStatusCode);
    }

    [Fact]
    public async Task A_reader_of_one_world_gets_its_events_alone_until_the_session_ends()
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"));
        var sessions = host.Services.GetRequiredService<ISessions>();
        var (session, token) = await sessions.BeginAsync(new NewSession("test:narrow", "Narrow", "viewer", ["world:mine"]), default);
        using var socket = await OpenAsync(host, token);
        await SendAsync(socket, """{"type":4,"invocationId":"1","target":"Subscribe","arguments":[{"backfill":1000},null]}""");
        foreach (var row in (await BatchAsync(socket)).GetProperty("events").EnumerateArray()) Assert.Equal("mine", row.GetProperty("world_id").GetString());
        await EmitAsync(host, "other", 0.1);
        await EmitAsync(host, "mine", 0.2);
        Assert.Equal("mine", Assert.Single((await EventAsync(socket)).Batch.GetProperty("events").EnumerateArray()).GetProperty("world_id").GetString());

        await sessions.EndAsync(session.Id, SessionEndCause.SignedOut, default);
        await EmitAsync(host, "mine", 0.3);
        Assert.True(await EndsWithoutEventsAsync(socket));
    }

    [Fact]
    public async Task A_revoked_key_ends_its_stream()
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"));
        var ada = new Account { UserName = "ada", Name = "Ada", Role = Roles.Operator, CreatedAt = DateTimeOffset.UtcNow, CreatedBy = "local:ada" };
        Assert.True(await host.Services.GetRequiredService<AccountStore>().AddAsync(ada, true, [], [], default));
        var keys = host.Services.GetRequiredService<ApiKeyStore>();
        var (key, token) = await keys.AddAsync("local:ada", "Ada", new("stream", [Permissions.LiveRead], [], TimeSpan.FromDays(1)), default);
        using var socket = await OpenAsync(host, key: token);
        await SendAsync(socket, """{"type":4,"invocationId":"1","target":"Subscribe","arguments":[{"worlds":["keyed"]},null]}""");
        await BatchAsync(socket);
        await EmitAsync(host, "keyed", 0.1);
        await EventAsync(socket);

        await keys.RevokeAsync(key.Id, null, [], default);
        await EmitAsync(host, "keyed", 0.2);
        Assert.True(await EndsWithoutEventsAsync(socket));
    }

    private static Uri Hub(ConsoleHost host) => new($"ws://{host.Address.Authority}/hubs/controlbus");

    private static async Task<ClientWebSocket> OpenAsync(ConsoleHost host, string? token = null, string? key = null)
    {
        var socket = new ClientWebSocket();
        if (key is not null) socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
        if (token is not null) socket.Options.SetRequestHeader("Cookie", $"{SessionCookie.Name}={token}");
        socket.Options.SetRequestHeader("Origin", host.Address.GetLeftPart(UriPartial.Authority));
        await socket.ConnectAsync(Hub(host), default);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        Assert.Equal("{}", await ReceiveAsync(socket));
        return socket;
    }

    private static Task EmitAsync(ConsoleHost host, string world, double weight) =>
        host.Services.GetRequiredService<IControlEmitter>().EmitAsync(Qmtl.DagManager.DagManagerEvents.SentinelWeightUpdated("s-" + world, weight, "v1", world, DateTimeOffset.UtcNow), default).AsTask();

    private static async Task SendAsync(ClientWebSocket socket, string message) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, default);

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<ClientWebSocket, StringBuilder> Rest = [];

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var rest = Rest.GetOrCreateValue(socket);
        var buffer = new byte[64 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var text = rest.ToString();
            var end = text.IndexOf('\u001e', StringComparison.Ordinal);
            if (end >= 0)
            {
                rest.Remove(0, end + 1);
                return text[..end];
            }

            var read = await socket.ReceiveAsync(buffer, limit.Token);
            if (read.MessageType == WebSocketMessageType.Close) throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            rest.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
        }
    }

    /// <summary>The next item of the stream; pings are passed over.</summary>
    private static async Task<JsonElement> BatchAsync(ClientWebSocket socket)
    {
        while (true)
        {
            using var message = JsonDocument.Parse(await ReceiveAsync(socket));
            if (message.RootElement.GetProperty("type").GetInt32() == 2) return message.RootElement.GetProperty("item").Clone();
            Assert.NotEqual(3, message.RootElement.GetProperty("type").GetInt32());
        }
    }

    private static async Task<(JsonElement Batch, int Empty)> EventAsync(ClientWebSocket socket)
    {
        for (var empty = 0; ; empty++)
        {
            var batch = await BatchAsync(socket);
            if (batch.GetProperty("events").GetArrayLength() > 0) return (batch, empty);
        }
    }

    /// <summary>The stream or the socket ends, and no event comes before.</summary>
    private static async Task<bool> EndsWithoutEventsAsync(ClientWebSocket socket)
    {
        try
        {
            while (true)
            {
                using var message = JsonDocument.Parse(await ReceiveAsync(socket));
                var type = message.RootElement.GetProperty("type").GetInt32();
                if (type is 3 or 7) return true;
                if (type == 2) Assert.Equal(0, message.RootElement.GetProperty("item").GetProperty("events").GetArrayLength());
            }
        }
        catch (WebSocketException)
        {
            return true;
        }
    }

    private static async Task<string> ErrorAsync(ClientWebSocket socket)
    {
        while (true)
        {
            using var message = JsonDocument.Parse(await ReceiveAsync(socket));
            if (message.RootElement.GetProperty("type").GetInt32() == 3) return message.RootElement.GetProperty("error").GetString()!;
        }
    }
}
