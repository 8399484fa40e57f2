using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Qmtl.Operations.Audit.Index;

/// <summary>Takes out of a record's line what the index holds, without making objects of it.</summary>
internal static class AuditFields
{
    public const int Actor = 0;
    public const int Action = 1;
    public const int Target = 2;
    public const int Outcome = 3;
    public const int Operation = 4;
    public const int Correlation = 5;
    public const int Count = 6;

    /// <summary>Hash of a field's value; never 0, which stands for none. Differs from process to process.</summary>
    public static uint HashOf(ReadOnlySpan<char> value) => (uint)string.GetHashCode(value) | 1;

    /// <summary>False when the line is not a record; then nothing is known of it.</summary>
    /// <param name="at">UTC, ticks.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, Span<uint> fields, out long at, Span<ulong> record, Span<ulong> group)
    {
        at = 0;
        fields.Clear();
        char[]? rented = null;
        var buffer = line.Length <= 2048 ? stackalloc char[2048] : rented = ArrayPool<char>.Shared.Rent(line.Length);
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (field, isText) = FieldOf(ref reader);
                var isTime = reader.ValueTextEquals("at"u8);
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject || reader.TokenType == JsonTokenType.StartArray)
                {
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    if (isText) AddText(buffer, Encoding.UTF8.GetChars(line[start..(int)reader.BytesConsumed], buffer), record, group);
                }
                else if (reader.TokenType == JsonTokenType.String && (isText || field >= 0 || isTime))
                {
                    var length = reader.CopyString(buffer);
                    if (field >= 0) fields[field] = HashOf(buffer[..length]);
                    if (isText) AddText(buffer, length, record, group);
                    if (isTime)
                    {
                        if (!DateTime.TryParseExact(buffer[..length], "yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time)) return false;
                        at = time.Ticks;
                    }
                }
            }

            return at > 0 && fields[Actor] != 0 && fields[Action] != 0 && fields[Target] != 0;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static void AddText(Span<char> buffer, int length, Span<ulong> record, Span<ulong> group)
    {
        var text = buffer[..length];
        for (var index = 0; index < text.Length; index++) text[index] = char.IsAscii(text[index]) ? (char)(text[index] - (char.IsAsciiLetterLower(text[index]) ? 32 : 0)) : char.ToUpperInvariant(text[index]);
        TextGrams.Add(text, record, group);
    }

    private static (int Field, bool IsText) FieldOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("actor"u8)) return (Actor, false);
        if (reader.ValueTextEquals("action"u8)) return (Action, false);
        if (reader.ValueTextEquals("target"u8)) return (Target, true);
        if (reader.ValueTextEquals("outcome"u8)) return (Outcome, false);
        if (reader.ValueTextEquals("operation"u8)) return (Operation, false);
        if (reader.ValueTextEquals("correlation"u8)) return (Correlation, false);
        var isText = reader.ValueTextEquals("actor_name"u8) || reader.ValueTextEquals("reason"u8) || reader.ValueTextEquals("detail"u8)
            || reader.ValueTextEquals("item"u8) || reader.ValueTextEquals("parameters"u8);
        return (-1, isText);
    }
}
