using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>
/// The frame of a record's line, the same in every store, so that the chain is checked over the stored bytes without reading the JSON in between:
/// <c>{"number":7,"previous":"64 digits","key":"16 digits", … ,"mac":"64 digits"}</c>. The code covers all that stands before <c>,"mac":</c>.
/// </summary>
internal readonly ref struct AuditLine
{
    public const int MacLength = 64;
    public const int KeyIdLength = 16;
    public const int TailLength = 8 + MacLength + 2;

    private readonly ReadOnlySpan<byte> _line;

    private AuditLine(ReadOnlySpan<byte> line, long number, int afterNumber)
    {
        _line = line;
        Number = number;
        Previous = line.Slice(afterNumber + 13, MacLength);
        KeyId = line.Slice(afterNumber + 13 + MacLength + 9, KeyIdLength);
        Mac = line.Slice(line.Length - 2 - MacLength, MacLength);
    }

    public long Number { get; }

    /// <summary>The record's code before this one, in hexadecimal digits.</summary>
    public ReadOnlySpan<byte> Previous { get; }

    public ReadOnlySpan<byte> KeyId { get; }

    public ReadOnlySpan<byte> Mac { get; }

    /// <summary>What the code covers.</summary>
    public ReadOnlySpan<byte> Covered => _line[..^TailLength];

    /// <summary>What stands before the first record.</summary>
    public static ReadOnlySpan<byte> NoPrevious => "0000000000000000000000000000000000000000000000000000000000000000"u8;

    /// <summary>Whether a line, without its end, has the frame of a record.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out AuditLine record)
    {
        record = default;
        if (!line.StartsWith("{\"number\":"u8) || line.Length < 10 + 1 + 13 + MacLength + 9 + KeyIdLength + 2 + TailLength) return false;
        if (!Utf8Parser.TryParse(line[10..], out long number, out var digits) || number < 1 || line[10] == (byte)'0' || line[10] == (byte)'+') return false;
        var after = 10 + digits;
        var rest = line[after..];
        if (rest.Length < 13 + MacLength + 9 + KeyIdLength + 2 + TailLength) return false;
        if (!rest.StartsWith(",\"previous\":\""u8) || !rest[(13 + MacLength)..].StartsWith("\",\"key\":\""u8) || !rest[(13 + MacLength + 9 + KeyIdLength)..].StartsWith("\","u8)) return false;
        var tail = line[^TailLength..];
        if (!tail.StartsWith(",\"mac\":\""u8) || tail[^2] != (byte)'"' || tail[^1] != (byte)'}') return false;
        record = new(line, number, after);
        return true;
    }

    /// <summary>Whether the code is that of the key over the line's bytes.</summary>
    public bool IsSignedBy(AuditKey key)
    {
        Span<byte> mac = stackalloc byte[32];
        key.Sign(Covered, mac);
        return HasCode(mac);
    }

    /// <summary>The same with <see cref="AuditKey.NewSigner"/>.</summary>
    public bool IsSignedBy(IncrementalHash signer)
    {
        Span<byte> mac = stackalloc byte[32];
        signer.AppendData(Covered);
        signer.GetHashAndReset(mac);
        return HasCode(mac);
    }

    private bool HasCode(ReadOnlySpan<byte> mac)
    {
        Span<byte> hex = stackalloc byte[MacLength];
        ToHex(mac, hex);
        return hex.SequenceEqual(Mac);
    }

    /// <summary>Writes a line with its end.</summary>
    /// <param name="fields">The record as a JSON object; at least one member.</param>
    /// <param name="mac">Takes the code in hexadecimal digits.</param>
    public static void Write(ArrayBufferWriter<byte> output, long number, ReadOnlySpan<byte> previous, AuditKey key, ReadOnlySpan<byte> fields, Span<byte> mac)
    {
        var start = output.WrittenCount;
        output.Write("{\"number\":"u8);
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var digits);
        output.Advance(digits);
        output.Write(",\"previous\":\""u8);
        output.Write(previous);
        output.Write("\",\"key\":\""u8);
        output.Write(key.IdBytes);
        output.Write("\","u8);
        output.Write(fields[1..^1]);
        Span<byte> code = stackalloc byte[32];
        key.Sign(output.WrittenSpan[start..], code);
        ToHex(code, mac);
        output.Write(",\"mac\":\""u8);
        output.Write(mac);
        output.Write("\"}\n"u8);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Encoding.ASCII.GetString(Mac)}");

    private static void ToHex(ReadOnlySpan<byte> bytes, Span<byte> hex) => Convert.TryToHexStringLower(bytes, hex, out _);
}
