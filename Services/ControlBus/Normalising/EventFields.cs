using System.Text.Json;

namespace Qmtl.ControlBus.Normalising;

/// <summary>The members of a payload that the console knows, read in one pass. A member of a wrong type is named in <see cref="Problem"/>.</summary>
internal ref struct EventFields
{
    public string? Type;
    public string? WorldId;
    public string? StrategyId;
    public string? Side;
    public string? SentinelId;
    public string? Etag;
    public string? RunId;
    public string? Queue;
    public string? Phase;
    public DateTimeOffset? Time;
    public bool HasTime;
    public double? Weight;
    public long? Interval;
    public long? Sequence;
    public long? PolicyVersion;
    public bool? RequiresAck;
    public bool HasVersion;
    public bool HasPlan;
    public bool HasQueues;
    public bool HasStrategies;
    public bool HasQueueMap;
    public bool HasStateHash;
    public List<string>? Tags;

    /// <summary>The first thing that is wrong: "data.weight is a string; a number is needed." Null when nothing is.</summary>
    public string? Problem;

    /// <summary>Reads the members of an object. The reader stands on its start.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!ReadKnown(ref reader))
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private bool ReadKnown(ref Utf8JsonReader reader)
    {
        // By length first: most members are unknown here and cost one comparison.
        switch (reader.ValueSpan.Length)
        {
            case 2 when reader.ValueTextEquals("ts"u8): return ReadTime(ref reader);
            case 4 when reader.ValueTextEquals("type"u8): return ReadText(ref reader, "type", ref Type);
            case 4 when reader.ValueTextEquals("tags"u8): return ReadTags(ref reader);
            case 4 when reader.ValueTextEquals("side"u8): return ReadText(ref reader, "side", ref Side);
            case 4 when reader.ValueTextEquals("etag"u8): return ReadText(ref reader, "etag", ref Etag);
            case 4 when reader.ValueTextEquals("plan"u8): return ReadPresence(ref reader, ref HasPlan);
            case 5 when reader.ValueTextEquals("queue"u8): return ReadText(ref reader, "queue", ref Queue);
            case 5 when reader.ValueTextEquals("phase"u8): return ReadText(ref reader, "phase", ref Phase);
            case 6 when reader.ValueTextEquals("weight"u8): return ReadNumber(ref reader, "weight", ref Weight);
            case 6 when reader.ValueTextEquals("run_id"u8): return ReadText(ref reader, "run_id", ref RunId);
            case 6 when reader.ValueTextEquals("queues"u8): return ReadPresence(ref reader, ref HasQueues);
            case 7 when reader.ValueTextEquals("version"u8): return ReadPresence(ref reader, ref HasVersion);
            case 8 when reader.ValueTextEquals("world_id"u8): return ReadText(ref reader, "world_id", ref WorldId);
            case 8 when reader.ValueTextEquals("interval"u8): return ReadWhole(ref reader, "interval", ref Interval);
            case 8 when reader.ValueTextEquals("sequence"u8): return ReadWhole(ref reader, "sequence", ref Sequence);
            case 9 when reader.ValueTextEquals("queue_map"u8): return ReadPresence(ref reader, ref HasQueueMap);
            case 10 when reader.ValueTextEquals("strategies"u8): return ReadPresence(ref reader, ref HasStrategies);
            case 10 when reader.ValueTextEquals("state_hash"u8): return ReadPresence(ref reader, ref HasStateHash);
            case 11 when reader.ValueTextEquals("strategy_id"u8): return ReadText(ref reader, "strategy_id", ref StrategyId);
            case 11 when reader.ValueTextEquals("sentinel_id"u8): return ReadText(ref reader, "sentinel_id", ref SentinelId);
            case 12 when reader.ValueTextEquals("requires_ack"u8): return ReadSwitch(ref reader, ref RequiresAck);
            case 14 when reader.ValueTextEquals("policy_version"u8): return ReadWhole(ref reader, "policy_version", ref PolicyVersion);
            default: return false;
        }
    }

    private bool ReadText(ref Utf8JsonReader reader, string name, ref string? field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) field = reader.GetString();
        else if (reader.TokenType != JsonTokenType.Null) Wrong(ref reader, name, "a string");
        return true;
    }

    private bool ReadNumber(ref Utf8JsonReader reader, string name, ref double? field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number) field = reader.GetDouble();
        else if (reader.TokenType != JsonTokenType.Null) Wrong(ref reader, name, "a number");
        return true;
    }

    private bool ReadWhole(ref Utf8JsonReader reader, string name, ref long? field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var whole)) field = whole;
        else if (reader.TokenType != JsonTokenType.Null) Wrong(ref reader, name, "a whole number");
        return true;
    }

    private static bool ReadSwitch(ref Utf8JsonReader reader, ref bool? field)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False) field = reader.GetBoolean();
        else reader.Skip();
        return true;
    }

    private static bool ReadPresence(ref Utf8JsonReader reader, ref bool field)
    {
        reader.Read();
        field = reader.TokenType != JsonTokenType.Null;
        reader.Skip();
        return true;
    }

    private bool ReadTime(ref Utf8JsonReader reader)
    {
        reader.Read();
        HasTime = reader.TokenType != JsonTokenType.Null;
        if (reader.TokenType == JsonTokenType.String) Time = EventTimes.Read(reader);
        else reader.Skip();
        return true;
    }

    private bool ReadTags(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (reader.TokenType != JsonTokenType.Null) Wrong(ref reader, "tags", "an array of strings");
            return true;
        }

        Tags = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String) Tags.Add(reader.GetString()!);
            else Wrong(ref reader, "tags", "an array of strings");
        }

        return true;
    }

    private void Wrong(ref Utf8JsonReader reader, string name, string needed)
    {
        Problem ??= $"data.{name} is {JsonWords.Of(reader.TokenType)}; {needed} is needed.";
        reader.Skip();
    }
}
