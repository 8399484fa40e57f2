using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Qmtl.ControlBus.Http;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live.Http;

/// <summary>What the Gateway's stream brings when all is well, and over tokens, worlds and restarts.</summary>
public sealed class GatewayStreamTests
{
    [Fact]
    public async Task A_weight_that_goes_away_and_comes_back_is_news_each_time()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        await using var rig = await StartAsync(gateway);
        await gateway.WaitForSocketsAsync(1);
        await gateway.PlayAsync("head/20-sentinel-weight.json");
        await rig.WaitForRowsAsync(6);
        Assert.Equal(["0.25", "1.0", "0.5", "1.5", "0.75", "0.25"], rig.Rows.Select(row => JsonNode.Parse(row.Event.DataJson)!["weight"]!.ToJsonString()));
        Assert.All(rig.Rows, row => Assert.Equal((1, "sentinel:st1-sentinel"), (row.Times, row.Event.Key)));
        Assert.All(rig.Rows, row => Assert.Null(row.Event.Skew));
    }

    [Theory]
    [InlineData(ReplayGeneration.Newer, "head/16-world-filter.json", 6)]
    [InlineData(ReplayGeneration.Newer, "head/19-queue-events.json", 11)]
    [InlineData(ReplayGeneration.Newer, "head/14-activation-and-drops.json", 5)]
    [InlineData(ReplayGeneration.Older, "seed/13-policy-and-queue-second-dropped.json", 5)]
    internal async Task What_was_recorded_comes_as_it_was(ReplayGeneration generation, string recording, int count)
    {
        await using var gateway = await ReplayGateway.StartAsync(generation);
        gateway.FiltersByWorld = false;
        await using var rig = await StartAsync(gateway, worlds: ["w1"]);
        await gateway.WaitForSocketsAsync(1);
        await gateway.PlayAsync(recording);
        await rig.WaitForRowsAsync(count);
        Assert.Equal(count, rig.Rows.Count);
        Assert.Empty(rig.Engine.Quarantine);
        Assert.Equal(SourceState.Reading, rig.Status!.State);
    }

    [Fact]
    public async Task On_two_worlds_of_one_Gateway_an_event_without_a_world_counts_once_and_the_others_come_for_their_own()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.Worlds = ["w1", "w2"];
        await using var rig = await StartAsync(gateway);
        await gateway.WaitForSocketsAsync(2);
        await gateway.RelayAsync(BusEvents.Sentinel("st", "0.5"));
        await gateway.RelayAsync(BusEvents.Activation("w1", "s1", 1));
        await gateway.RelayAsync(BusEvents.Activation("w2", "s1", 2));
        await rig.WaitForRowsAsync(3);
        var counted = rig.Engine.Topics(ControlBus.LiveFilter.Everything);
        Assert.Equal((3, 0), (counted.Sum(topic => topic.Received), counted.Sum(topic => topic.Redelivered)));
        Assert.Equal(["activation:w1:s1:long", "activation:w2:s1:long", "sentinel:st"], rig.Rows.Select(row => row.Event.Key).Order());
        Assert.All(rig.Rows, row => Assert.Equal(1, row.Times));
        Assert.Contains("Reads 2 worlds: w1, w2.", rig.Status!.Detail, StringComparison.Ordinal);
        Assert.Equal(["w1", "w2"], gateway.Sockets.Select(socket => socket.World).Order());

        // What is no event counts once too, but twice when it comes twice.
        for (var i = 0; i < 2; i++) await gateway.SendAsync("no event"u8.ToArray(), null);
        await gateway.SendAsync(new byte[] { 1, 2 }, null, WebSocketMessageType.Binary);
        await gateway.RelayAsync(BusEvents.Activation("w1", "s1", 3));
        await gateway.RelayAsync(BusEvents.Activation("w2", "s1", 4));
        await rig.WaitForRowsAsync(5);
        Assert.Equal(3, rig.Engine.Quarantine.Count);
    }

    [Fact]
    public async Task Worlds_that_appear_get_a_socket_those_that_go_lose_theirs_and_those_beyond_the_bound_are_named()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.Worlds = ["w1", "w2"];
        await using var rig = await StartAsync(gateway, maxWorlds: 2);
        await gateway.WaitForSocketsAsync(2);
        Assert.Equal(SourceState.Reading, rig.Status!.State);
        gateway.Worlds = ["new", "w2", "further"];
        await rig.WaitAsync(() => gateway.Sockets.Any(socket => socket.World == "new") && gateway.Sockets.Count == 2, "w1 made room for new");
        Assert.True(gateway.Opened.Single(socket => socket.World == "w1").ClosedByClient);
        await rig.WaitAsync(() => rig.Status!.Detail.Contains("at most 2 are (ControlBus:Gateway:MaxWorlds): further.", StringComparison.Ordinal), "the world beyond the bound is named");
        Assert.Equal(SourceState.Attention, rig.Status!.State);
        Assert.Empty(rig.GapTexts);
        Assert.Equal(["POST /events/subscribe", "POST /events/subscribe", "POST /events/subscribe"], gateway.Requests.Select(each => each.Path).Where(path => path.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_newer_Gateway_gets_a_new_token_on_the_open_socket()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.TokenLife = TimeSpan.FromSeconds(2);
        await using var rig = await StartAsync(gateway);
        await rig.WaitAsync(() => gateway.Sockets.Any(socket => socket.Refreshes >= 2), "the token was renewed twice");
        await gateway.RelayAsync(BusEvents.Sentinel("st", "0.5"));
        await rig.WaitForRowsAsync(1);
        Assert.Single(gateway.Opened);
        Assert.Empty(rig.GapTexts);
        Assert.Empty(rig.Engine.Quarantine);
        Assert.Equal((SourceState.Reading, "Reads 1 world: w1."), (rig.Status!.State, rig.Status.Detail));
    }

    [Fact]
    public async Task The_older_Gateway_gets_a_new_socket_before_the_token_expires_and_nothing_is_lost_or_doubled()
    {
        await using var gateway = await ReplayGateway.StartAsync(ReplayGeneration.Older);
        gateway.TokenLife = TimeSpan.FromSeconds(2);
        await using var rig = await StartAsync(gateway, worlds: ["w1"]);
        await gateway.WaitForSocketsAsync(1);
        var sent = 0;
        await rig.WaitAsync(
            () =>
            {
                // All the while, also when both sockets are open.
                gateway.RelayAsync(BusEvents.Activation("w1", "s1", ++sent)).GetAwaiter().GetResult();
                return gateway.Opened.Count >= 3;
            },
            "the socket was replaced twice");
        await rig.WaitForRowsAsync(sent);
        Assert.Equal(Enumerable.Range(1, sent).Select(i => $"run-{i}"), rig.Rows.Select(row => row.Event.RunId));
        Assert.All(rig.Rows, row => Assert.Equal(1, row.Times));
        Assert.Empty(rig.GapTexts);
        Assert.Equal(SourceState.Reading, rig.Status!.State);
        Assert.Contains("takes no new token on an open socket", rig.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_restart_it_is_unknown_what_was_missed_and_the_state_is_read_again()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.Worlds = ["w1", "w2"];
        await using var rig = await StartAsync(gateway);
        await gateway.WaitForSocketsAsync(2);
        await rig.WaitAsync(() => gateway.Requests.Count(each => each.Path.EndsWith("/activation/state_hash", StringComparison.Ordinal)) == 2, "the state was read at the start");
        await gateway.RelayAsync(BusEvents.Sentinel("st", "0.25"));
        await rig.WaitForRowsAsync(1);
        await gateway.KillAsync();
        await rig.WaitAsync(() => rig.Status!.State == SourceState.Broken, "it is told that the Gateway is gone");
        gateway.StateHash = "blake3:other";
        await gateway.RestartAsync();
        await gateway.WaitForSocketsAsync(2);
        // The numbers of the Gateway begin again: that alone makes nothing a repeat.
        await gateway.RelayAsync(BusEvents.Sentinel("st", "0.75"));
        await rig.WaitForRowsAsync(2);
        await rig.WaitAsync(() => rig.StatesRead.Count == 2, "both states were read again");
        Assert.Equal(2, rig.GapTexts.Count);
        Assert.All(rig.GapTexts, text => Assert.Contains("\"proven\":false", text, StringComparison.Ordinal));
        Assert.All(rig.GapTexts, text => Assert.Contains("Unknown what came ", text, StringComparison.Ordinal));
        var ofW1 = rig.StatesRead.Single(text => text.Contains("\"world_id\":\"w1\"", StringComparison.Ordinal));
        Assert.Contains("the state hash differs", ofW1, StringComparison.Ordinal);
        Assert.Contains("Activations read again: now s1 long active at 1.0; s2 long active at 1.0.", ofW1, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_that_did_not_change_says_so_and_a_stale_one_is_not_told_as_the_state()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        await using var rig = await StartAsync(gateway);
        await rig.WaitAsync(() => gateway.Requests.Any(each => each.Path.EndsWith("/activation/state_hash", StringComparison.Ordinal)), "the state was read at the start");
        await gateway.WaitForSocketsAsync(1);
        gateway.Sockets[0].Socket.Abort();
        await rig.WaitAsync(() => rig.StatesRead.Count == 1, "the state was read again");
        Assert.Contains("none differs", rig.StatesRead[0], StringComparison.Ordinal);
        gateway.Instead = context =>
        {
            if (context.Request.Path.Value!.EndsWith("/state_hash", StringComparison.Ordinal)) context.Response.Headers["X-Stale"] = "true";
            return Task.FromResult(false);
        };
        await gateway.WaitForSocketsAsync(1);
        gateway.Sockets[0].Socket.Abort();
        await rig.WaitAsync(() => rig.StatesRead.Count == 2, "the state was asked for again");
        Assert.Contains("stale copy", rig.StatesRead[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_less_stream_is_read_only_where_a_setting_names_it_and_is_marked()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        await using var rig = await StartAsync(gateway, tokenless: true);
        await gateway.WaitForSocketsAsync(1);
        await gateway.PlayAsync("head/35-worker-events-raw.json");
        await rig.WaitForRowsAsync(3);
        Assert.Equal(SourceState.Reading, rig.Status!.State);
        Assert.Contains("token-less", rig.Status.Place, StringComparison.Ordinal);
        Assert.Contains("ControlBus:Gateway:TokenlessStream", rig.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Requests, each => each.Path.Contains("subscribe", StringComparison.Ordinal) || each.Authorization.Length > 0);
    }

    [Fact]
    public async Task The_token_is_a_header_unless_the_address_has_a_password_and_neither_is_shown()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        await using (var rig = await StartAsync(gateway))
        {
            await gateway.WaitForSocketsAsync(1);
            Assert.StartsWith("Bearer ey", gateway.Requests.Single(each => each.Path.StartsWith("GET /ws/evt", StringComparison.Ordinal)).Authorization, StringComparison.Ordinal);
            Assert.Contains(gateway.Requests, each => each.Path == "GET /ws/evt");
        }

        gateway.Requests.Clear();
        await using var with = await StartAsync(gateway, credentials: "me:secret");
        await gateway.WaitForSocketsAsync(1);
        Assert.All(gateway.Requests, each => Assert.Equal("Basic " + Convert.ToBase64String("me:secret"u8), each.Authorization));
        Assert.Contains(gateway.Requests, each => each.Path.StartsWith("GET /ws/evt?token=ey", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", with.Status!.Place + with.Status.Detail + with.Status.Advice, StringComparison.Ordinal);
    }

    private static Task<LiveRig> StartAsync(ReplayGateway gateway, string[]? worlds = null, int maxWorlds = 64, bool tokenless = false, string? credentials = null) =>
        GatewayRig.StartAsync(gateway, worlds, maxWorlds, tokenless, credentials);
}

/// <summary>The source towards a replayed Gateway, with short waits.</summary>
internal static class GatewayRig
{
    public static Task<LiveRig> StartAsync(
        ReplayGateway gateway, string[]? worlds = null, int maxWorlds = 64, bool tokenless = false, string? credentials = null, string[]? allowed = null, bool isUp = true, string path = "") =>
        new LiveRig((_, time) => new GatewayControlSource(
            new()
            {
                Url = new(gateway.Url, path),
                Credentials = credentials,
                Worlds = worlds ?? [],
                MaxWorlds = maxWorlds,
                TokenlessStream = tokenless,
                AllowedStreamHosts = [.. (allowed ?? []).Select(host => StreamHost.Parse(host)!)],
                WorldsEvery = TimeSpan.FromMilliseconds(200),
                BackoffFirst = TimeSpan.FromMilliseconds(50),
                BackoffMax = TimeSpan.FromMilliseconds(200),
                MaxRetryAfter = TimeSpan.FromMilliseconds(300),
                HandOver = TimeSpan.FromMilliseconds(200),
                RequestTimeout = TimeSpan.FromSeconds(2),
                ConnectTimeout = TimeSpan.FromSeconds(2),
                MaxAnswerBytes = 256 * 1024,
                KeepAlive = TimeSpan.FromSeconds(1),
            },
            time)).StartAsync(isUp);
}
