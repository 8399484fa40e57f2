using System.Text.Json;

namespace Qmtl.ControlBus.Normalising;

/// <summary>The outer members of a message: a CloudEvent's, or those of a bare payload that look like them.</summary>
internal ref struct Envelope
{
    public string? Id;
    public string? Type;
    public string? CorrelationId;
    public DateTimeOffset? Time;
    public bool HasTime;
    public long? Sequence;
    public bool SpecVersion;

    /// <summary>Its <c>source</c> is a Gateway's: the envelope was written by the relay, and its time and id are the relay's.</summary>
    public bool IsRelayed;

    public bool HasData;
    public int DataStart;
    public int DataLength;
    public string? Problem;

    /// <summary>Reads the members. The reader stands on the object's start and ends on its end.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (reader.ValueSpan.Length)
            {
                case 2 when reader.ValueTextEquals("id"u8): Id = Text(ref reader); break;
                case 4 when reader.ValueTextEquals("type"u8): Type = Text(ref reader); break;
                case 4 when reader.ValueTextEquals("time"u8): ReadTime(ref reader); break;
                case 4 when reader.ValueTextEquals("data"u8): ReadData(ref reader); break;
                case 6 when reader.ValueTextEquals("source"u8): ReadSource(ref reader); break;
                case 6 when reader.ValueTextEquals("seq_no"u8): ReadSequence(ref reader); break;
                case 11 when reader.ValueTextEquals("specversion"u8): SpecVersion = true; Skip(ref reader); break;
                case 14 when reader.ValueTextEquals("correlation_id"u8): CorrelationId = Text(ref reader); break;
                default: Skip(ref reader); break;
            }
        }

        // "data" without "specversion" is a member of a bare payload, unless it is an object: QMTL's Gateway takes that one for the payload too.
        if (SpecVersion && !HasData) Problem ??= "It is a CloudEvent without an object as data.";
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private void ReadTime(ref Utf8JsonReader reader)
    {
        reader.Read();
        HasTime = reader.TokenType != JsonTokenType.Null;
        if (reader.TokenType == JsonTokenType.String) Time = EventTimes.Read(reader);
        else reader.Skip();
    }

    private void ReadSource(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) IsRelayed = reader.ValueTextEquals("qmtl.services.gateway"u8) || reader.ValueTextEquals("qmtl.gateway"u8);
        else reader.Skip();
    }

    private void ReadSequence(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var whole)) Sequence = whole;
        else reader.Skip();
    }

    private void ReadData(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        DataStart = (int)reader.TokenStartIndex;
        reader.Skip();
        DataLength = (int)reader.BytesConsumed - DataStart;
        HasData = true;
    }
}
