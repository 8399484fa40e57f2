using System.Buffers.Binary;

namespace Qmtl.Operations.Audit.Postgres;

/// <summary>Takes the rows of one text column out of PostgreSQL's binary copy format, many at a time, as lines.</summary>
internal sealed class CopiedLines(Stream stream)
{
    private const int HeaderLength = 11 + 4 + 4;
    private readonly byte[] _lines = new byte[(1 << 20) + (2 << 20)];
    private byte[] _raw = new byte[1 << 20];
    private int _start;
    private int _end;
    private bool _hasHeader;
    private bool _isOver;

    /// <summary>
    /// Rows as lines, each with its end, as many as make a mebibyte; empty at the end of the copy. Valid until the next call. The stream gives one row a
    /// read: to hand on what one read gave would make each row a piece of its own.
    /// </summary>
    public async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellation)
    {
        var written = 0;
        while (!_isOver && written < 1 << 20)
        {
            var before = (_start, written);
            Take(ref written);
            if (_isOver || (_start, written) != before) continue;
            await FillAsync(cancellation);
        }

        return _lines.AsMemory(0, written);
    }

    private void Take(ref int written)
    {
        var raw = _raw.AsSpan(_start, _end - _start);
        if (!_hasHeader)
        {
            if (raw.Length < HeaderLength) return;
            raw = raw[HeaderLength..];
            _hasHeader = true;
        }

        while (raw.Length >= 2 && written < 1 << 20)
        {
            if (BinaryPrimitives.ReadInt16BigEndian(raw) == -1)
            {
                _isOver = true;
                break;
            }

            if (raw.Length < 6) break;
            var length = BinaryPrimitives.ReadInt32BigEndian(raw[2..]);
            if (raw.Length < 6 + length) break;
            // A line that is longer than any record is as unreadable as its beginning.
            var kept = Math.Min(length, 1 << 20);
            raw.Slice(6, kept).CopyTo(_lines.AsSpan(written));
            written += kept;
            _lines[written++] = (byte)'\n';
            raw = raw[(6 + length)..];
        }

        _start = _end - raw.Length;
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _raw.AsSpan(_start, _end - _start).CopyTo(_raw);
            _end -= _start;
            _start = 0;
        }

        if (_end == _raw.Length) Array.Resize(ref _raw, _raw.Length * 2);
        var read = await stream.ReadAsync(_raw.AsMemory(_end), cancellation);
        if (read == 0) _isOver = true;
        _end += read;
    }
}
