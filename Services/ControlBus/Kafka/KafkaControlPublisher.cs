using System.Text;
using Confluent.Kafka;
using Qmtl.ControlBus.Publishing;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.ControlBus.Kafka;

/// <summary>
/// Sends events to Kafka, on the topic and with the key that QMTL's services use. It returns when every replica that is in sync has the event, and a repeat
/// after a break makes no second one. It makes no topic.
/// </summary>
internal sealed class KafkaControlPublisher : IControlPublisher, IControlEmitter, IDisposable
{
    private readonly KafkaSettings _settings;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private IProducer<byte[], byte[]>? _producer;

    public KafkaControlPublisher(KafkaSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _time = time;
    }

    public ValueTask PublishAsync(ControlEvent controlEvent, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        ControlOperations.Require(ticket, controlEvent, _time.GetUtcNow());
        return EmitAsync(controlEvent, cancellation);
    }

    /// <exception cref="ControlBusUnavailableException">Kafka did not take it.</exception>
    public async ValueTask EmitAsync(ControlEvent controlEvent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        var outgoing = OutgoingEvent.Of(controlEvent, _time.GetUtcNow());
        if (!KafkaLibrary.IsInstalled) throw new ControlBusUnavailableException($"{KafkaLibrary.Missing} {KafkaLibrary.Advice}");
        try
        {
            await Producer().ProduceAsync(
                outgoing.Topic,
                new()
                {
                    Key = Encoding.UTF8.GetBytes(outgoing.Key),
                    Value = outgoing.Value,
                    Headers = new() { { "content_type", "application/cloudevents+json"u8.ToArray() } },
                },
                cancellation);
        }
        catch (KafkaException exception)
        {
            if (exception.Error.IsFatal) Forget();
            throw new ControlBusUnavailableException($"Kafka at {_settings.Place} did not take the event for the topic {outgoing.Topic}: {Reason(exception.Error, outgoing.Topic)}", exception);
        }
    }

    public void Dispose() => Forget();

    private static string Reason(Error error, string topic) => error.Code switch
    {
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition => $"there is no topic {topic}, and the console makes none.",
        ErrorCode.Local_MsgTimedOut => "no broker acknowledged it in time. Whether it arrived is not known: look for it on the page Live before it is sent again.",
        _ => error.Reason.TrimEnd('.') + ".",
    };

    private IProducer<byte[], byte[]> Producer()
    {
        lock (_gate)
        {
            return _producer ??= new ProducerBuilder<byte[], byte[]>(_settings.Common(new ProducerConfig
                {
                    Acks = Acks.All,
                    EnableIdempotence = true,
                    LingerMs = 0,
                    MessageTimeoutMs = (int)(_settings.Patience * 5).TotalMilliseconds,
                    // How long a topic that is not there may still be on its way.
                    TopicMetadataPropagationMaxMs = (int)_settings.Patience.TotalMilliseconds,
                }))
                .SetErrorHandler((_, _) => { })
                .SetLogHandler((_, _) => { })
                .Build();
        }
    }

    private void Forget()
    {
        IProducer<byte[], byte[]>? ended;
        lock (_gate) (ended, _producer) = (_producer, null);
        // Ending may take seconds: nobody who sends waits for that.
        if (ended is not null) KafkaClients.End(ended);
    }
}
