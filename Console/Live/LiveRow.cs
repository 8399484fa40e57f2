using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Qmtl.ControlBus;
using Qmtl.Shared.Control;

namespace Qmtl.Console.Live;

/// <summary>An event as hub and HTTP API send it. Times are milliseconds since 1970, UTC.</summary>
public sealed record LiveRow
{
    /// <summary><c>journal:sequence</c>: part of the link <c>/live/{id}</c>, and a place to go on from.</summary>
    public required string Id { get; init; }

    public required long Sequence { get; init; }

    public required string Type { get; init; }

    /// <summary>The type as delivered, when it differs.</summary>
    public string? DeliveredType { get; init; }

    public required string Key { get; init; }

    public string? WorldId { get; init; }

    public string? StrategyId { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>What happened in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>The producer's time; null when nothing gave one.</summary>
    public long? EventAt { get; init; }

    /// <summary>Which clock gave <see cref="EventAt"/>.</summary>
    public EventTimeSource EventAtOf { get; init; }

    public required long ReceivedAt { get; init; }

    /// <summary>Receive time − event time, ms; null without an event time.</summary>
    public double? Skew { get; init; }

    public required string Source { get; init; }

    public string? Topic { get; init; }

    /// <summary>Other sources that delivered it too.</summary>
    public IReadOnlyList<string>? AlsoVia { get; init; }

    /// <summary>How often it came in a row; 1 for once.</summary>
    public int Times { get; init; } = 1;

    /// <summary>When it came last; null when it came once.</summary>
    public long? LastAt { get; init; }

    /// <summary>Why QMTL's Gateway would drop it; null when it would not.</summary>
    public string? WouldDrop { get; init; }

    public IReadOnlyList<string>? Remarks { get; init; }

    /// <summary>The payload; only where it was asked for.</summary>
    [JsonConverter(typeof(RawJson))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Data { get; init; }

    public static LiveRow Of(string journal, JournalledEvent journalled, string summary, bool withData)
    {
        ArgumentNullException.ThrowIfNull(journalled);
        var each = journalled.Event;
        return new()
        {
            Id = IdOf(journal, each.Sequence),
            Sequence = each.Sequence,
            Type = each.Type,
            DeliveredType = each.DeliveredType,
            Key = each.Key,
            WorldId = each.WorldId,
            StrategyId = each.StrategyId,
            Tags = each.Tags.Count == 0 ? null : each.Tags,
            Summary = summary,
            EventAt = each.EventTime?.ToUnixTimeMilliseconds(),
            EventAtOf = each.EventTimeSource,
            ReceivedAt = each.ReceivedAt.ToUnixTimeMilliseconds(),
            Skew = each.Skew is { } skew ? Math.Round(skew.TotalMilliseconds, 1) : null,
            Source = each.Source,
            Topic = each.Topic,
            AlsoVia = journalled.AlsoVia.Count == 0 ? null : journalled.AlsoVia,
            Times = journalled.Times,
            LastAt = journalled.Times > 1 ? journalled.LastAt.ToUnixTimeMilliseconds() : null,
            WouldDrop = journalled.WouldDrop,
            Remarks = each.Remarks.Count == 0 ? null : each.Remarks,
            Data = withData ? each.Data : default(ReadOnlyMemory<byte>?),
        };
    }

    public static string IdOf(string journal, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{journal}:{sequence}");

    /// <summary>Journal and sequence of an id; null when it is not one.</summary>
    public static (string Journal, long Sequence)? Parse(string? id)
    {
        var colon = id?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon > 0 && long.TryParse(id.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? (id![..colon], sequence) : null;
    }

    /// <summary>Writes JSON that is text already. It was parsed when it came, so it is whole.</summary>
    private sealed class RawJson : JsonConverter<ReadOnlyMemory<byte>?>
    {
        public override ReadOnlyMemory<byte>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Rows are only written.");

        public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte>? value, JsonSerializerOptions options)
        {
            if (value is { } bytes) writer.WriteRawValue(bytes.Span, skipInputValidation: true);
            else writer.WriteNullValue();
        }
    }
}
