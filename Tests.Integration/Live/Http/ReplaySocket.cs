using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Qmtl.Tests.Integration.Live.Http;

/// <summary>One client of the replayed Gateway.</summary>
/// <param name="world">Of its token; null on the token-less stream.</param>
internal sealed class ReplaySocket(WebSocket socket, string? world, bool takesRefresh, Func<DateTimeOffset> now) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);

    public string? World { get; private set; } = world;

    public WebSocket Socket => socket;

    public int Refreshes { get; private set; }

    /// <summary>Whether the client ended it in order.</summary>
    public bool ClosedByClient { get; private set; }

    public async Task SendAsync(ReadOnlyMemory<byte> frame, WebSocketMessageType type = WebSocketMessageType.Text, bool isEnd = true)
    {
        await _sending.WaitAsync();
        try
        {
            if (socket.State == WebSocketState.Open) await socket.SendAsync(frame, type, isEnd, default);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException)
        {
            // As the hub does: a client that cannot be sent to is forgotten.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Answers what a client says until it ends.</summary>
    public async Task ServeAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer, default);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    ClosedByClient = true;
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
                    return;
                }

                if (takesRefresh && !await TakeAsync(buffer.AsMemory(0, read.Count))) return;
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone.
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _sending.Dispose();
    }

    private async Task<bool> TakeAsync(ReadOnlyMemory<byte> text)
    {
        using var message = JsonDocument.Parse(text);
        if (message.RootElement.GetProperty("type").GetString() != "refresh") return true;
        if (ReplayTokens.WorldOf(message.RootElement.GetProperty("token").GetString(), now()) is not { } fresh)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "", default);
            return false;
        }

        World = fresh;
        Refreshes++;
        await SendAsync(Encoding.UTF8.GetBytes($$"""{"type":"refresh_ack","ts":"{{now():O}}"}"""));
        return true;
    }
}
