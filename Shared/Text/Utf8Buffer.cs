using System.Runtime.CompilerServices;

namespace Qmtl.Shared.Text;

/// <summary>
/// A growing byte buffer that is reused from call to call. It holds UTF-8, and where JSON escapes name half a surrogate pair,
/// that half as three bytes of its own (WTF-8), so that nothing of the input is lost and byte order stays code-point order.
/// </summary>
public sealed class Utf8Buffer(int capacity = 256)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlySpan<byte> Slice(int start, int length) => _bytes.AsSpan(start, length);

    public void Clear() => Length = 0;

    /// <summary>Forgets what was written after <paramref name="length"/>.</summary>
    public void TruncateTo(int length) => Length = length;

    public void Append(byte value)
    {
        if (Length == _bytes.Length) Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    /// <summary>Room for at least <paramref name="count"/> bytes; <see cref="Advance"/> tells how many were used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Appends a code point; surrogates are allowed and take three bytes.</summary>
    public void AppendCodePoint(uint codePoint)
    {
        var to = Reserve(4);
        if (codePoint < 0x80)
        {
            to[0] = (byte)codePoint;
            Length += 1;
        }
        else if (codePoint < 0x800)
        {
            to[0] = (byte)(0xC0 | (codePoint >> 6));
            to[1] = (byte)(0x80 | (codePoint & 0x3F));
            Length += 2;
        }
        else if (codePoint < 0x10000)
        {
            to[0] = (byte)(0xE0 | (codePoint >> 12));
            to[1] = (byte)(0x80 | ((codePoint >> 6) & 0x3F));
            to[2] = (byte)(0x80 | (codePoint & 0x3F));
            Length += 3;
        }
        else
        {
            to[0] = (byte)(0xF0 | (codePoint >> 18));
            to[1] = (byte)(0x80 | ((codePoint >> 12) & 0x3F));
            to[2] = (byte)(0x80 | ((codePoint >> 6) & 0x3F));
            to[3] = (byte)(0x80 | (codePoint & 0x3F));
            Length += 4;
        }
    }

    private void Grow(int count)
    {
        var size = Math.Max(_bytes.Length * 2L, (long)Length + count);
        Array.Resize(ref _bytes, checked((int)Math.Min(size, Array.MaxLength)));
        if (_bytes.Length - Length < count) throw new InvalidOperationException("The text is longer than 2 GB.");
    }
}
