using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Normalising;

/// <summary>
/// Turns what a transport delivered into a <see cref="ControlEvent"/> of one shape for both generations: CloudEvents from the bus, the Gateway's
/// relayed envelopes, and bare payloads. Unknown types are kept as they are; what is malformed goes to quarantine with the reason. Pure.
/// </summary>
public static class Normaliser
{
    /// <summary>A message of more bytes is not read.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private const int KeptBytes = 64 * 1024;

    /// <summary>Exactly one of the two results is not null, or neither: a reply to something that the client said is no event.</summary>
    public static (ControlEvent? Event, Quarantined? Malformed) Read(RawMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Value.Length > MaxBytes) return (null, Malformed(message, string.Create(CultureInfo.InvariantCulture, $"The message has {message.Value.Length} bytes; at most {MaxBytes} are read.")));
        try
        {
            return ReadChecked(message);
        }
        catch (JsonException exception)
        {
            return (null, Malformed(message, string.Create(
                CultureInfo.InvariantCulture, $"Not JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {Reason(exception)}")));
        }
        catch (InvalidOperationException)
        {
            // A string that is not UTF-8 or escapes half a surrogate pair.
            return (null, Malformed(message, "A text in it is not valid UTF-8."));
        }
    }

    /// <summary>Fills in what the payload of an event tells and its maker did not set: strategy, tags, run.</summary>
    public static ControlEvent Enrich(ControlEvent controlEvent)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        var fields = new EventFields();
        var reader = new Utf8JsonReader(controlEvent.Data.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return controlEvent;
        fields.Read(ref reader);
        return controlEvent with
        {
            StrategyId = controlEvent.StrategyId ?? fields.StrategyId,
            Tags = controlEvent.Tags.Count == 0 && fields.Tags is { } tags ? tags : controlEvent.Tags,
            RunId = controlEvent.RunId ?? fields.RunId,
            RunSequence = controlEvent.RunSequence ?? fields.Sequence,
        };
    }

    private static (ControlEvent?, Quarantined?) ReadChecked(RawMessage message)
    {
        var envelope = new Envelope();
        var reader = new Utf8JsonReader(message.Value.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return (null, Malformed(message, $"The message is {JsonWords.Of(reader.TokenType)}; an object is needed."));
        }

        envelope.Read(ref reader);
        // To the end, so that a truncated or doubled message is found.
        while (reader.Read()) { }
        if (envelope.Problem is { } wrong) return (null, Malformed(message, wrong));
        if (IsReply(envelope)) return (null, null);

        var data = envelope.HasData ? message.Value.Slice(envelope.DataStart, envelope.DataLength) : message.Value;
        var fields = new EventFields();
        var payload = new Utf8JsonReader(data.Span);
        payload.Read();
        fields.Read(ref payload);
        return Make(message, envelope, data, fields);
    }

    private static (ControlEvent?, Quarantined?) Make(RawMessage message, in Envelope envelope, ReadOnlyMemory<byte> data, in EventFields fields)
    {
        var delivered = envelope.HasData ? envelope.Type : fields.Type ?? envelope.Type;
        var canonical = delivered is null ? EventTypes.OfTopic(message.Topic) : EventTypes.Canonical(delivered);
        if (canonical is not null)
        {
            canonical = EventTypes.OfContent(canonical, fields);
            if ((fields.Problem ?? EventTypes.Problem(canonical, fields)) is { } problem) return (null, Malformed(message, $"{canonical}: {problem}"));
        }

        var type = canonical ?? delivered ?? message.Topic;
        if (type is null) return (null, Malformed(message, "It names no type, and the source has no topics to tell it by."));
        var (time, source) = TimeOf(message, envelope, fields);
        return (new ControlEvent
        {
            Type = type,
            DeliveredType = delivered == type ? null : delivered,
            Key = canonical is null ? message.Key ?? type : EventTypes.KeyOf(canonical, fields, message.Key),
            WorldId = fields.WorldId,
            StrategyId = fields.StrategyId,
            Tags = (IReadOnlyList<string>?)fields.Tags ?? [],
            EventTime = time,
            EventTimeSource = source,
            BrokerTime = message.BrokerTime,
            ReceivedAt = message.ReceivedAt,
            Source = message.Source,
            Topic = message.Topic,
            Position = message.Position,
            EnvelopeId = envelope.Id,
            CorrelationId = envelope.CorrelationId,
            GatewaySequence = envelope.Sequence,
            Etag = fields.Etag ?? message.Headers?.GetValueOrDefault("etag"),
            RunId = fields.RunId ?? message.Headers?.GetValueOrDefault("run_id"),
            RunSequence = fields.Sequence,
            Remarks = Remarks(canonical, delivered, envelope, fields),
            Data = data,
        }, null);
    }

    /// <summary>The producer's time first, then the envelope's where a producer wrote it, then the broker's. A relay's own time never counts.</summary>
    private static (DateTimeOffset?, EventTimeSource) TimeOf(RawMessage message, in Envelope envelope, in EventFields fields)
    {
        if (fields.Time is { } ofData) return (ofData, EventTimeSource.Data);
        if (envelope.Time is { } ofEnvelope && !envelope.IsRelayed) return (ofEnvelope, EventTimeSource.Envelope);
        return message.BrokerTime is { } ofBroker ? (ofBroker, EventTimeSource.Broker) : (null, EventTimeSource.None);
    }

    private static IReadOnlyList<string> Remarks(string? canonical, string? delivered, in Envelope envelope, in EventFields fields)
    {
        List<string>? remarks = null;
        if (canonical is null) Add(ref remarks, "Not a type that the console knows; shown as it came.");
        else if (delivered is not null && EventTypes.Canonical(delivered) != canonical) Add(ref remarks, $"Delivered as {delivered}, but its payload is of {canonical}.");
        // Only what the hub counts is news; what it sends at a connect has no number.
        if (envelope is { IsRelayed: true, Sequence: null }) Add(ref remarks, "Sent by the Gateway when the connection was made: the state then, not a change.");
        if (fields.Weight is < 0 or > 1) Add(ref remarks, string.Create(CultureInfo.InvariantCulture, $"The weight {fields.Weight} is outside 0 to 1. QMTL's Gateway passes it on all the same."));
        if (fields.HasTime && fields.Time is null) Add(ref remarks, "data.ts is not a time.");
        if (envelope.HasTime && envelope.Time is null) Add(ref remarks, "The envelope's time is not a time.");
        return (IReadOnlyList<string>?)remarks ?? [];
    }

    private static void Add(ref List<string>? remarks, string remark) => (remarks ??= []).Add(remark);

    /// <summary><c>{"type":"ack","ts":…}</c>: the Gateway's reply on the WebSocket, no event.</summary>
    private static bool IsReply(in Envelope envelope) => !envelope.HasData && envelope is { Type: "ack" or "refresh_ack", SpecVersion: false };

    /// <summary>A message that is no event, with the reason.</summary>
    internal static Quarantined Malformed(RawMessage message, string reason) => new(
        message.Source, message.Topic, message.Position, message.Key, message.ReceivedAt, reason,
        message.Value[..Math.Min(message.Value.Length, KeptBytes)].ToArray(), message.Value.Length, Convert.ToHexStringLower(SHA256.HashData(message.Value.Span)))
    {
        BrokerTime = message.BrokerTime,
    };

    /// <summary>The parser's sentence without the place, which stands before it already.</summary>
    private static string Reason(JsonException exception)
    {
        var text = exception.Message;
        var place = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? text : text[..place];
    }
}
