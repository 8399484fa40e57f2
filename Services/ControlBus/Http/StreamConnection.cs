using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Http;

/// <summary>One open socket of the stream: hands its messages to the sink until it ends, and says why it ended.</summary>
internal sealed class StreamConnection(ClientWebSocket socket, StreamAddress address, TimeSpan life, GatewayStreamOptions options, SharedDeliveries deliveries, IControlSink sink, TimeProvider time) : IDisposable
{
    private TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isClosing;

    /// <summary>Whether messages still come.</summary>
    public bool IsOpen => !_isClosing && socket.State == WebSocketState.Open;

    public StreamAddress Address => address;

    /// <summary>How long its token lives, from when it was asked for.</summary>
    public TimeSpan Life { get; private set; } = life;

    public DateTimeOffset OpenedAt { get; } = time.GetUtcNow();

    /// <summary>When the newest message came; null before the first.</summary>
    public DateTimeOffset? LastAt { get; private set; }

    /// <summary>Reads until the socket ends. It is ended by <see cref="CloseAsync"/> and <see cref="Dispose"/>, so that the Gateway sees an end in order.</summary>
    /// <returns>Why it ended, in words that go on after "because"; null when <see cref="CloseAsync"/> ended it.</returns>
    public async Task<string?> ReadAsync()
    {
        var reader = new FrameReader(socket, options.MaxFrameBytes, options.MaxDiscardedBytes);
        try
        {
            while (true)
            {
                var frame = await reader.ReadAsync(CancellationToken.None);
                if (frame.Kind == FrameKind.Close) return _isClosing ? null : Closed();
                LastAt = time.GetUtcNow();
                Take(frame, LastAt.Value);
                if (frame.Kind == FrameKind.Endless) return string.Create(CultureInfo.InvariantCulture, $"it sent a frame that had not ended after {frame.Length} bytes.");
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // Nobody cancels a reading: a socket whose peer did not answer in time ends like that.
            return _isClosing ? null : exception is OperationCanceledException ? "the connection broke: nothing answered any more." : $"the connection broke: {Words.Reason(exception)}";
        }
    }

    /// <summary>Gives the Gateway a new token on the open socket.</summary>
    /// <returns>Whether it said that it took it; the older generation says nothing.</returns>
    public async Task<bool> RefreshAsync(string token, TimeSpan life, CancellationToken cancellation)
    {
        _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(new { type = "refresh", token });
        var tenth = Life / 10;
        var limit = tenth < TimeSpan.FromMilliseconds(200) ? TimeSpan.FromMilliseconds(200) : tenth < options.RefreshTimeout ? tenth : options.RefreshTimeout;
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, true, cancellation);
            await _acknowledged.Task.WaitAsync(limit, time, cancellation);
            Life = life;
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Ends it in order, and without waiting long for the other side.</summary>
    public async Task CloseAsync()
    {
        _isClosing = true;
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone already, which is what was wanted.
        }
    }

    public void Dispose() => socket.Dispose();

    private void Take(in Frame frame, DateTimeOffset at)
    {
        if (frame.Kind == FrameKind.Text)
        {
            if (IsRefreshAck(frame.Bytes.Span)) _acknowledged.TrySetResult();
            else if (!deliveries.CameElsewhere(frame.Bytes.Span, this)) sink.Take(new() { Source = ControlSources.Gateway, Value = frame.Bytes, ReceivedAt = at });
            return;
        }

        if (deliveries.CameElsewhere(Encoding.ASCII.GetBytes(frame.Sha256), this)) return;
        var reason = frame.Kind == FrameKind.Binary
            ? string.Create(CultureInfo.InvariantCulture, $"A binary frame of {frame.Length} bytes{(Utf8.IsValid(frame.Bytes.Span) ? "" : ", not UTF-8")}; the Gateway sends text.")
            : string.Create(CultureInfo.InvariantCulture, $"The frame has {(frame.Kind == FrameKind.Endless ? "more than " : "")}{frame.Length} bytes; at most {options.MaxFrameBytes} are read.");
        sink.Refuse(new(ControlSources.Gateway, null, null, null, at, reason, frame.Bytes, frame.Length, frame.Sha256));
    }

    /// <summary><c>{"type":"refresh_ack","ts":"…"}</c></summary>
    private static bool IsRefreshAck(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 512 || bytes.IndexOf("refresh_ack"u8) < 0) return false;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                if (isType) return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("refresh_ack"u8);
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Not a reply then; the sink says what it is.
        }

        return false;
    }

    private string Closed()
    {
        var code = (int?)socket.CloseStatus ?? 1005;
        var why = code switch
        {
            1000 => "",
            1001 => ", it goes away",
            1008 => ", policy violation: it does not take the token",
            1011 => ", an error of its own",
            1012 => ", it restarts",
            _ => "",
        };
        var text = socket.CloseStatusDescription is { Length: > 0 } description ? $" (\"{Words.Short(description, 100)}\")" : "";
        return string.Create(CultureInfo.InvariantCulture, $"it closed the socket with {code}{why}{text}.");
    }
}
