using System.Net.WebSockets;
using System.Security.Cryptography;

namespace Qmtl.ControlBus.Http;

internal enum FrameKind
{
    Text,
    Binary,

    /// <summary>Longer than what is taken: <see cref="Frame.Bytes"/> are its first, length and hash are of the whole.</summary>
    TooLong,

    /// <summary>So long that reading on would be waste: the connection cannot be used any more.</summary>
    Endless,

    Close,
}

/// <param name="Bytes">An array of its own that nobody writes to.</param>
/// <param name="Length">Of the whole message.</param>
/// <param name="Sha256">Lower-case hex, of the whole; empty for <see cref="FrameKind.Text"/>, whose bytes are the whole.</param>
internal readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Bytes, long Length, string Sha256);

/// <summary>Reads the messages of one socket, however they are cut up, with a bound on the memory of each.</summary>
internal sealed class FrameReader(WebSocket socket, int maxBytes, long maxDiscarded)
{
    private const int Usual = 16 * 1024;
    private const int KeptBytes = 64 * 1024;
    private byte[] _buffer = new byte[Usual];

    public async ValueTask<Frame> ReadAsync(CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (read.MessageType == WebSocketMessageType.Close) return new(FrameKind.Close, default, 0, "");
            length += read.Count;
            if (read.EndOfMessage) return Whole(read.MessageType, length);
            if (length == _buffer.Length && length > maxBytes) return await DiscardAsync(length, cancellation);
            // One byte more than what is taken, to see that there is more.
            if (length == _buffer.Length) Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, maxBytes + 1L));
        }
    }

    private Frame Whole(WebSocketMessageType type, int length)
    {
        var bytes = _buffer.AsSpan(0, length);
        if (length > maxBytes) return Cut(FrameKind.TooLong, length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        var frame = type == WebSocketMessageType.Binary
            ? Cut(FrameKind.Binary, length, Convert.ToHexStringLower(SHA256.HashData(bytes)))
            : new(FrameKind.Text, bytes.ToArray(), length, "");
        Shrink();
        return frame;
    }

    /// <summary>Reads a message that is too long to its end, so that the one after it can be read.</summary>
    private async ValueTask<Frame> DiscardAsync(int start, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_buffer, 0, start);
        var first = _buffer.AsMemory(0, Math.Min(start, KeptBytes)).ToArray();
        var length = (long)start;
        while (true)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(), cancellation);
            if (read.MessageType == WebSocketMessageType.Close) return new(FrameKind.Close, default, 0, "");
            hash.AppendData(_buffer, 0, read.Count);
            length += read.Count;
            if (!read.EndOfMessage && length <= maxDiscarded) continue;
            Shrink();
            return new(read.EndOfMessage ? FrameKind.TooLong : FrameKind.Endless, first, length, Convert.ToHexStringLower(hash.GetCurrentHash()));
        }
    }

    private Frame Cut(FrameKind kind, int length, string sha256)
    {
        var frame = new Frame(kind, _buffer.AsMemory(0, Math.Min(length, KeptBytes)).ToArray(), length, sha256);
        Shrink();
        return frame;
    }

    /// <summary>One long message must not hold its memory for as long as the socket lives.</summary>
    private void Shrink()
    {
        if (_buffer.Length > 64 * Usual) _buffer = new byte[Usual];
    }
}
