using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>
/// Strings of one document, so that an id that stands in ten inputs is one string. A slot holds the last text that fell into it:
/// the memory is bounded, and a clash costs a string, never a search.
/// </summary>
internal sealed class TextCache(int textLength)
{
    private readonly string?[] _texts = new string[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(textLength / 256, 16, 4096))];

    /// <summary>The string of a JSON text; null for anything else. Lone surrogates stay.</summary>
    public string? Get(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        var raw = JsonText.RawString(value);
        if (raw.Length is 0 or > 200) return JsonText.StringOrNull(value);
        ref var slot = ref _texts[Slot(raw)];
        if (slot is not null && Ascii.Equals(raw, slot)) return slot;
        if (raw.IndexOf((byte)'\\') >= 0 || !Ascii.IsValid(raw)) return JsonText.StringOrNull(value);
        return slot = Encoding.ASCII.GetString(raw);
    }

    private int Slot(ReadOnlySpan<byte> raw)
    {
        var hash = (ulong)raw.Length;
        if (raw.Length >= 8) hash ^= BinaryPrimitives.ReadUInt64LittleEndian(raw[^8..]);
        else foreach (var b in raw) hash = (hash << 8) ^ b;
        return (int)((hash * 0x9E3779B97F4A7C15) >> 48) & (_texts.Length - 1);
    }
}
