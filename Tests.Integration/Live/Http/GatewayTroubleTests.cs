using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live.Http;

/// <summary>What a Gateway can answer that is of no use: told in words, and the stream goes on when it comes right.</summary>
public sealed class GatewayTroubleTests
{
    [Theory]
    [InlineData(200, "<html>hello</html>", "no descriptor: not JSON")]
    [InlineData(200, """{"detail":"ok"}""", "no descriptor: it has no token")]
    [InlineData(200, "HUGE", "longer than 262144 bytes")]
    [InlineData(204, "head/http/280-level-static-metrics.json", "level STATIC")]
    [InlineData(404, """{"detail":"Not Found"}""", "it answers 404 NotFound")]
    [InlineData(500, "Internal Server Error", "it answers 500 InternalServerError: Internal Server Error")]
    [InlineData(302, "", "a redirect to the host evil.example, which is not followed")]
    public async Task An_answer_that_is_no_descriptor_is_named_and_tried_again(int status, string body, string words)
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.Instead = context => InsteadAsync(context, "/events/subscribe", status, body);
        await using var rig = await GatewayRig.StartAsync(gateway, isUp: false);
        await rig.WaitAsync(() => rig.Status?.State == SourceState.Broken && rig.Status.Detail.Contains(words, StringComparison.Ordinal), words);
        Assert.NotEmpty(rig.Status!.Advice);
        gateway.Instead = null;
        await ReadsAsync(gateway, rig);
        Assert.Empty(rig.GapTexts);
    }

    [Theory]
    [InlineData(403, "refused the handshake at /ws/evt with 403")]
    [InlineData(307, "answered the handshake with 307, a redirect, which is not followed")]
    [InlineData(200, "a WebSocket needs 101")]
    public async Task A_handshake_that_is_refused_is_named_and_a_redirect_is_not_followed(int status, string words)
    {
        await using var elsewhere = await ReplayGateway.StartAsync();
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.Instead = context => InsteadAsync(context, "/ws/evt", status, "", elsewhere.Url + "ws/evt");
        await using var rig = await GatewayRig.StartAsync(gateway, isUp: false);
        await rig.WaitAsync(() => rig.Status?.State == SourceState.Broken && rig.Status.Detail.Contains(words, StringComparison.Ordinal), words);
        Assert.Empty(elsewhere.Requests);
        gateway.Instead = null;
        await ReadsAsync(gateway, rig);
    }

    [Fact]
    public async Task An_expired_token_is_named_and_a_socket_that_is_closed_for_it_opens_again()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.TokenLife = TimeSpan.FromSeconds(-5);
        await using var rig = await GatewayRig.StartAsync(gateway, isUp: false);
        await rig.WaitAsync(() => rig.Status?.State == SourceState.Broken && rig.Status.Detail.Contains("with 403", StringComparison.Ordinal), "the expired token is refused");
        gateway.TokenLife = TimeSpan.FromMinutes(5);
        await ReadsAsync(gateway, rig);
        await gateway.Sockets[0].Socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "", default);
        await rig.WaitAsync(() => rig.GapTexts.Count == 1, "the gap is told");
        Assert.Contains("closed the socket with 1008, policy violation: it does not take the token", rig.GapTexts[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_not_allowed_is_replaced_by_the_Gateways_own_address_and_the_report_says_so()
    {
        await using var other = await ReplayGateway.StartAsync();
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.StreamUrl = "wss://gateway/ws/evt";
        await using (var rig = await GatewayRig.StartAsync(gateway))
        {
            await ReadsAsync(gateway, rig);
            Assert.Equal(SourceState.Reading, rig.Status!.State);
            Assert.Contains("names the host gateway, which is not allowed; the Gateway's own address is used", rig.Status.Detail, StringComparison.Ordinal);
            Assert.Contains("Gateway:AllowedStreamHosts", rig.Status.Advice, StringComparison.Ordinal);
        }

        // The other one can be reached, but by no name that is allowed.
        gateway.StreamUrl = $"ws://localhost:{other.Port}/ws/evt";
        await using (var rig = await GatewayRig.StartAsync(gateway, allowed: [$"localhost:{gateway.Port}"]))
        {
            await ReadsAsync(gateway, rig);
            Assert.Empty(other.Requests);
        }

        await using (var rig = await GatewayRig.StartAsync(gateway, allowed: ["localhost"]))
        {
            await ReadsAsync(other, rig);
            Assert.Empty(gateway.Sockets);
            Assert.Equal("Reads 1 world: w1.", rig.Status!.Detail);
        }
    }

    [Fact]
    public async Task A_Gateway_below_a_path_is_called_and_read_there()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.StreamUrl = "wss://gateway/ws/evt";
        await using var rig = await GatewayRig.StartAsync(gateway, path: "below/");
        await ReadsAsync(gateway, rig);
        Assert.All(gateway.Requests, each => Assert.Contains(" /below/", each.Path, StringComparison.Ordinal));
        Assert.Contains(gateway.Requests, each => each.Path == "GET /below/ws/evt");
    }

    [Fact]
    public async Task An_address_that_the_descriptor_names_and_nobody_answers_at_gives_way_to_the_Gateways_own()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.StreamUrl = "ws://127.0.0.1:9/ws/evt";
        await using var rig = await GatewayRig.StartAsync(gateway, isUp: false);
        await ReadsAsync(gateway, rig);
        Assert.Contains("127.0.0.1:9, which the descriptor names, cannot be connected to", rig.Status!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, """{"detail":"Not Found"}""", SourceState.Attention, "this Gateway has no GET /worlds")]
    [InlineData(405, "", SourceState.Attention, "this Gateway has no GET /worlds")]
    [InlineData(200, "[]", SourceState.Attention, "names no world")]
    [InlineData(200, "{}", SourceState.Broken, "no list")]
    [InlineData(500, "head/http/234-ws-down-list-500.json", SourceState.Broken, "it answers 500 InternalServerError: Internal Server Error")]
    [InlineData(503, "head/http/251-proxy-off-worlds-503.json", SourceState.Broken, "WorldService disabled")]
    public async Task Without_a_list_of_worlds_nothing_is_read_and_it_says_what_to_do(int status, string body, SourceState state, string words)
    {
        await using var gateway = await ReplayGateway.StartAsync();
        gateway.Instead = context => InsteadAsync(context, "/worlds", status, body);
        await using var rig = await GatewayRig.StartAsync(gateway, isUp: false);
        await rig.WaitAsync(() => rig.Status?.State == state && rig.Status.Detail.Contains(words, StringComparison.Ordinal), words);
        Assert.NotEmpty(rig.Status!.Advice);
        if (status is 404 or 405) Assert.Contains("ControlBus:Gateway:Worlds", rig.Status.Advice, StringComparison.Ordinal);
        gateway.Instead = null;
        await ReadsAsync(gateway, rig);
        // Later the same keeps those that are known.
        gateway.Instead = context => InsteadAsync(context, "/worlds", 500, "Internal Server Error");
        await rig.WaitAsync(() => rig.Status.State == SourceState.Attention && rig.Status.Detail.Contains("Those known before are kept.", StringComparison.Ordinal), "the worlds are kept");
        Assert.Single(gateway.Sockets);
    }

    [Fact]
    public async Task Frames_that_are_no_events_go_to_quarantine_and_those_that_break_the_protocol_break_the_socket_alone()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        await using var rig = await GatewayRig.StartAsync(gateway);
        await gateway.WaitForSocketsAsync(1);
        var socket = gateway.Sockets[0];
        var huge = Encoding.UTF8.GetBytes("""{"specversion":"1.0","id":"x","data":{"padding":"P"}}""".Replace("P", new string('x', 10 * 1024 * 1024), StringComparison.Ordinal));
        // In pieces, as large messages come.
        await socket.SendAsync(huge.AsMemory(0, huge.Length / 2), isEnd: false);
        await socket.SendAsync(huge.AsMemory(huge.Length / 2));
        await socket.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary);
        await socket.SendAsync("{\"type\":\"queue_update\",\"da"u8.ToArray());
        await socket.SendAsync("[]"u8.ToArray());
        await socket.SendAsync(Array.Empty<byte>());
        await socket.SendAsync("""{"type":"ack","ts":"2026-11-21T03:41:02.534796+00:00","last_id":"abc"}"""u8.ToArray());
        await gateway.RelayAsync(BusEvents.Sentinel("after", "0.5"));
        await rig.WaitForRowsAsync(1);
        var quarantine = rig.Engine.Quarantine.Reverse().ToList();
        Assert.Equal(5, quarantine.Count);
        Assert.Equal($"The frame has {huge.Length} bytes; at most {8 * 1024 * 1024} are read.", quarantine[0].Reason);
        Assert.Equal((huge.Length, 64 * 1024), (quarantine[0].Length, quarantine[0].FirstBytes.Length));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(huge)), quarantine[0].Sha256);
        Assert.Equal("A binary frame of 3 bytes; the Gateway sends text.", quarantine[1].Reason);
        Assert.All(quarantine.Skip(2).Where((_, i) => i != 1), each => Assert.Contains("Not JSON", each.Reason, StringComparison.Ordinal));
        Assert.Single(gateway.Opened);

        await socket.SendAsync(new byte[] { 0xC3, 0x28 });
        await rig.WaitAsync(() => rig.GapTexts.Count == 1, "the broken socket is told");
        await gateway.WaitForSocketsAsync(1);
        await ReadsAsync(gateway, rig);
    }

    [Fact]
    public async Task A_peer_that_is_gone_without_a_word_is_found()
    {
        await using var gateway = await ReplayGateway.StartAsync();
        await using var pipe = new SilentPipe(gateway.Port);
        gateway.StreamUrl = $"ws://127.0.0.1:{pipe.Port}/ws/evt";
        await using var rig = await GatewayRig.StartAsync(gateway);
        await gateway.WaitForSocketsAsync(1);
        pipe.IsSilent = true;
        await rig.WaitAsync(() => rig.Status!.State == SourceState.Broken, "the silent peer is given up");
        Assert.Contains("the connection broke", rig.Status!.Detail, StringComparison.Ordinal);
    }

    private static async Task ReadsAsync(ReplayGateway gateway, LiveRig rig)
    {
        await rig.WaitAsync(() => rig.Status?.State is SourceState.Reading or SourceState.Attention && gateway.Sockets.Count == 1, "it reads");
        var before = rig.Rows.Count;
        await gateway.RelayAsync(BusEvents.Sentinel("reads", $"0.{before + 1}"));
        await rig.WaitForRowsAsync(before + 1);
    }

    private static async Task<bool> InsteadAsync(HttpContext context, string path, int status, string body, string location = "http://evil.example/x")
    {
        if (context.Request.Path != path) return false;
        if (body.StartsWith("head/", StringComparison.Ordinal))
        {
            await ReplayGateway.WriteAsync(context, ReplayGateway.Recorded(body));
            return true;
        }

        context.Response.StatusCode = status;
        if (status is >= 300 and < 400) context.Response.Headers.Location = location;
        if (body.Length > 0) await context.Response.WriteAsync(body == "HUGE" ? new string('x', 300 * 1024) : body);
        return true;
    }

    /// <summary>Passes bytes on both ways until it is told to keep them: a cable that is cut.</summary>
    private sealed class SilentPipe : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _running;

        public SilentPipe(int target)
        {
            _listener.Start();
            _running = AcceptAsync(target);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public volatile bool IsSilent;

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Stop();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }

        private async Task AcceptAsync(int target)
        {
            var pumps = new List<Task>();
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync(_end.Token);
                    if (IsSilent) continue;
                    var server = new TcpClient();
                    await server.ConnectAsync(IPAddress.Loopback, target, _end.Token);
                    pumps.Add(PumpAsync(client.GetStream(), server.GetStream()));
                    pumps.Add(PumpAsync(server.GetStream(), client.GetStream()));
                }
            }
            finally
            {
                await Task.WhenAll(pumps).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private async Task PumpAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[8_192];
            while (await from.ReadAsync(buffer, _end.Token) is var read && read > 0)
            {
                if (!IsSilent) await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
    }
}
