namespace Qmtl.Console.CommandLine;

/// <summary>Reads a stream line by line as bytes. A line longer than the bound is skipped and told as too long.</summary>
/// <param name="stream">What is read.</param>
/// <param name="maxLine">Longest line in bytes.</param>
/// <param name="beforeWaiting">Called before the stream is read again, which may take long: time to write out what is answered.</param>
internal sealed class LineReader(Stream stream, int maxLine, Func<Task>? beforeWaiting = null)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Whether the line read last was longer than the bound.</summary>
    public bool TooLong { get; private set; }

    /// <summary>The next line without its end, or null after the last. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        TooLong = false;
        var searched = _start;
        while (true)
        {
            var found = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + found - _start);
                _start = searched + found + 1;
                return TooLong ? ReadOnlyMemory<byte>.Empty : line;
            }

            searched = _end;
            if (_ended)
            {
                if (_start == _end && !TooLong) return null;
                var rest = _buffer.AsMemory(_start, _end - _start);
                _start = _end;
                return TooLong ? ReadOnlyMemory<byte>.Empty : rest;
            }

            if (TooLong || _end - _start > maxLine)
            {
                TooLong = true;
                (_start, _end, searched) = (0, 0, 0);
            }
            else if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                searched -= _start;
                _end -= _start;
                _start = 0;
            }

            if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
            if (beforeWaiting is not null) await beforeWaiting();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0) _ended = true;
            _end += read;
        }
    }

    /// <summary>What is still to come, from the start of the line read last, as one text; null when it is longer than the bound.</summary>
    public async Task<byte[]?> ReadRestAsync(ReadOnlyMemory<byte> line, long max, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        text.Write(line.Span);
        text.WriteByte((byte)'\n');
        text.Write(_buffer.AsSpan(_start, _end - _start));
        var chunk = new byte[1 << 16];
        for (int read; text.Length <= max && (read = await stream.ReadAsync(chunk, cancellation)) > 0;) text.Write(chunk, 0, read);
        return text.Length > max ? null : text.ToArray();
    }
}
