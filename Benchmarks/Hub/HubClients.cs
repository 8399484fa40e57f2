using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Qmtl.Benchmarks.Hub;

/// <summary>
/// Many hub sockets in a process of their own, so that what they cost is not the server's. Speaks SignalR's JSON protocol over plain WebSockets and reads of each
/// frame only the <c>event_at</c> of its events. Commands come line by line: <c>begin</c>, then <c>end</c>, which is answered with the figures.
/// </summary>
internal static class HubClients
{
    private const int MaxMilliseconds = 60_000;
    private const byte Separator = 0x1e;
    private static readonly long[] Latencies = new long[MaxMilliseconds + 1];
    private static long _events;
    private static long _bytes;
    private static long _frames;
    private static bool _measuring;

    /// <param name="arguments">Address of the hub, number of sockets, message that subscribes or an empty one.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var address = new Uri(arguments[0]);
        var count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var subscribe = arguments.Length > 2 ? arguments[2] : "";
        using var stop = new CancellationTokenSource();
        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < count; i++) sockets.Add(await OpenAsync(address, subscribe));
        var reading = sockets.Select(socket => Task.Run(() => ReadAsync(socket, stop.Token))).ToArray();
        var pinging = PingAsync(sockets, stop.Token);
        await System.Console.Out.WriteLineAsync("ready");
        var (cpu, watch) = (TimeSpan.Zero, new Stopwatch());
        while (await System.Console.In.ReadLineAsync() is { } command)
        {
            if (command == "begin")
            {
                Array.Clear(Latencies);
                (_events, _bytes, _frames) = (0, 0, 0);
                cpu = Process.GetCurrentProcess().TotalProcessorTime;
                watch.Restart();
                Volatile.Write(ref _measuring, true);
            }
            else if (command == "end")
            {
                Volatile.Write(ref _measuring, false);
                var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / watch.Elapsed.TotalSeconds;
                await System.Console.Out.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_events / watch.Elapsed.TotalSeconds:N0} events/s in {_frames / watch.Elapsed.TotalSeconds:N0} frames/s, {_bytes / watch.Elapsed.TotalSeconds / 1e6:F1} MB/s; p50 {Percentile(0.5)} ms, p95 {Percentile(0.95)}, p99 {Percentile(0.99)}, worst {Percentile(1)}; client CPU {used:F2} cores; {sockets.Count(socket => socket.State == WebSocketState.Open)} of {count} sockets open"));
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll([.. reading, pinging]);
        foreach (var socket in sockets) socket.Dispose();
        return 0;
    }

    private static async Task<ClientWebSocket> OpenAsync(Uri address, string subscribe)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", $"http://{address.Authority}");
        await socket.ConnectAsync(address, default);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        await socket.ReceiveAsync(new byte[1024], default);
        if (subscribe.Length > 0) await SendAsync(socket, subscribe);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string message) =>
        socket.SendAsync((byte[])[.. Encoding.UTF8.GetBytes(message), Separator], WebSocketMessageType.Text, true, default);

    /// <summary>The server closes a connection that says nothing for half a minute.</summary>
    private static async Task PingAsync(List<ClientWebSocket> sockets, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(10), stop);
                foreach (var socket in sockets.Where(socket => socket.State == WebSocketState.Open)) await SendAsync(socket, """{"type":6}""");
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private static async Task ReadAsync(ClientWebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[256 * 1024];
        var kept = 0;
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(kept), stop);
                if (read.MessageType == WebSocketMessageType.Close) return;
                kept += read.Count;
                var end = Array.LastIndexOf(buffer, Separator, kept - 1, kept);
                if (end < 0)
                {
                    if (kept == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                    continue;
                }

                if (Volatile.Read(ref _measuring)) Look(buffer.AsSpan(0, end));
                kept -= end + 1;
                buffer.AsSpan(end + 1, kept).CopyTo(buffer);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        catch (WebSocketException)
        {
            // The server closed it: the figures tell how many are open.
        }
    }

    private static void Look(ReadOnlySpan<byte> frame)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Interlocked.Add(ref _bytes, frame.Length);
        Interlocked.Increment(ref _frames);
        var member = "\"event_at\":"u8;
        var events = 0;
        for (var at = frame.IndexOf(member); at >= 0; at = frame.IndexOf(member))
        {
            frame = frame[(at + member.Length)..];
            if (!Utf8Parser.TryParse(frame, out long time, out _)) continue;
            events++;
            Interlocked.Increment(ref Latencies[Math.Clamp(now - time, 0, MaxMilliseconds)]);
        }

        Interlocked.Add(ref _events, events);
    }

    private static long Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Latencies.Sum() * share));
        var seen = 0L;
        for (var i = 0; i <= MaxMilliseconds; i++)
        {
            seen += Latencies[i];
            if (seen >= wanted) return i;
        }

        return -1;
    }
}
