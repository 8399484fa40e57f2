using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Operations.Storage.Files;

/// <summary>
/// The lines of the document store's file. One commit is one line, so that it is there whole or not at all:
/// <c>3f2a91c0 [["plan","p-1",2,"2026-11-21T15:00:00Z",["state:ready"],"{…}"]]</c>: CRC-32 of the JSON, then for each document kind, id, version,
/// order, labels and body, null when it was deleted.
/// </summary>
internal static class DocumentJournal
{
    private const int SumLength = 8;

    public static void Write(IBufferWriter<byte> output, IEnumerable<DocumentWrite> writes)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var write in writes)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(write.Kind);
                writer.WriteStringValue(write.Id);
                writer.WriteNumberValue(write.ExpectedVersion + 1);
                writer.WriteStringValue(write.Order);
                writer.WriteStartArray();
                foreach (var label in write.Labels) writer.WriteStringValue(label);
                writer.WriteEndArray();
                writer.WriteStringValue(write.Body);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        output.Write(Encoding.ASCII.GetBytes(Crc32.Append(0, json.WrittenSpan).ToString("x8", CultureInfo.InvariantCulture)));
        output.Write(" "u8);
        output.Write(json.WrittenSpan);
        output.Write("\n"u8);
    }

    /// <summary>What a line says, or null when it is not as it was written.</summary>
    public static List<DocumentWrite>? Read(ReadOnlySpan<byte> line)
    {
        if (line.Length <= SumLength + 1 || line[SumLength] != (byte)' ') return null;
        var json = line[(SumLength + 1)..];
        if (!uint.TryParse(line[..SumLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum) || sum != Crc32.Append(0, json)) return null;
        using var document = JsonDocument.Parse(json.ToArray());
        var writes = new List<DocumentWrite>(document.RootElement.GetArrayLength());
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            writes.Add(new(
                entry[0].GetString()!,
                entry[1].GetString()!,
                entry[2].GetInt64() - 1,
                entry[5].GetString(),
                [.. entry[4].EnumerateArray().Select(label => label.GetString()!)],
                entry[3].GetString()!));
        }

        return writes;
    }
}
