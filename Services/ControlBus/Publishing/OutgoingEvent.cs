using System.Globalization;
using System.Text.Json;
using Qmtl.ControlBus.Normalising;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Publishing;

/// <summary>An event as QMTL's own services put it on a bus: CloudEvents 1.0 in JSON, on the topic and with the key that they use for its type.</summary>
/// <param name="Topic">Kafka topic; a Redis stream has a prefix before it.</param>
/// <param name="Key">What keeps events about one thing in order.</param>
/// <param name="Value">UTF-8 JSON.</param>
internal sealed record OutgoingEvent(string Topic, string Key, byte[] Value)
{
    /// <summary>The <c>source</c> of the envelope: it must not look like a relay's, whose times do not count.</summary>
    public const string Source = "qmtl.console";

    /// <exception cref="ArgumentException">The payload is no JSON object, or a known type lacks what it needs.</exception>
    public static OutgoingEvent Of(ControlEvent controlEvent, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        var value = Write(controlEvent, now);
        // Read back as any reader would: what we could not read ourselves is not sent.
        var (read, malformed) = Normaliser.Read(new() { Source = ControlSources.InProcess, Value = value, Key = controlEvent.Key, ReceivedAt = now });
        if (read is null) throw new ArgumentException($"The event cannot be sent: {malformed?.Reason ?? "it is no event."}", nameof(controlEvent));
        return new(TopicOf(read.Type), KeyOf(read, controlEvent.Key), value);
    }

    /// <summary>The topic that QMTL uses for a type; unknown ones travel under their own name.</summary>
    public static string TopicOf(string type) => type switch
    {
        EventTypes.Activation => "activation",
        EventTypes.ActivationAck => "control.activation.ack",
        EventTypes.Queue or EventTypes.QueueLifecycle or EventTypes.TagQuery => "queue",
        EventTypes.SentinelWeight => "sentinel_weight",
        EventTypes.Rebalancing => "rebalancing_planned",
        EventTypes.Policy or EventTypes.PolicyStateHash or EventTypes.RiskSnapshot or EventTypes.EvaluationCreated or EventTypes.EvaluationUpdated or EventTypes.ValidationProfile => "policy",
        _ => type,
    };

    private static string KeyOf(ControlEvent read, string given)
    {
        using var data = JsonDocument.Parse(read.Data);
        return read.Type switch
        {
            EventTypes.Queue or EventTypes.TagQuery => string.Join(',', read.Tags),
            EventTypes.QueueLifecycle => Text(data, "queue") ?? given,
            EventTypes.SentinelWeight => Text(data, "sentinel_id") ?? given,
            _ => read.WorldId ?? given,
        };
    }

    private static string? Text(JsonDocument data, string member) => data.RootElement.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[] Write(ControlEvent controlEvent, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("specversion", "1.0");
            writer.WriteString("id", controlEvent.EnvelopeId ?? Guid.NewGuid().ToString());
            writer.WriteString("source", Source);
            writer.WriteString("type", controlEvent.Type);
            writer.WriteString("time", now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
            writer.WriteString("datacontenttype", "application/json");
            if (controlEvent.CorrelationId is { } correlation) writer.WriteString("correlation_id", correlation);
            writer.WritePropertyName("data");
            using (var data = Parse(controlEvent)) data.RootElement.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static JsonDocument Parse(ControlEvent controlEvent)
    {
        JsonDocument data;
        try
        {
            data = JsonDocument.Parse(controlEvent.Data);
        }
        catch (JsonException exception)
        {
            throw new ArgumentException($"The event's payload is not JSON: {exception.Message}", nameof(controlEvent), exception);
        }

        if (data.RootElement.ValueKind == JsonValueKind.Object) return data;
        data.Dispose();
        throw new ArgumentException("The event's payload must be a JSON object.", nameof(controlEvent));
    }
}
