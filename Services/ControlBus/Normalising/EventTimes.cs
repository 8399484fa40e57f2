using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Qmtl.ControlBus.Normalising;

/// <summary>Reads the times that QMTL writes: ISO 8601 with <c>Z</c> or an offset, up to microseconds; without either it is UTC.</summary>
internal static class EventTimes
{
    /// <summary>The text that the reader stands on; some writers escape the plus of an offset.</summary>
    public static DateTimeOffset? Read(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return Read(reader.ValueSpan);
        Span<byte> plain = stackalloc byte[256];
        return reader.ValueSpan.Length <= plain.Length ? Read(plain[..reader.CopyString(plain)]) : null;
    }

    public static DateTimeOffset? Read(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 10 or > 40) return null;
        // The usual forms end in Z or in an offset; the span parser takes exactly the round-trip form, with seven digits, so most go the other way.
        if (Utf8Parser.TryParse(text, out DateTimeOffset exact, out var used, 'O') && used == text.Length) return exact.ToUniversalTime();
        Span<char> characters = stackalloc char[text.Length];
        Encoding.Latin1.GetChars(text, characters);
        return DateTimeOffset.TryParse(characters, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }
}
