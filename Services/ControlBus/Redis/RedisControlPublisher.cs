using Qmtl.ControlBus.Publishing;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;
using StackExchange.Redis;

namespace Qmtl.ControlBus.Redis;

/// <summary>
/// Adds events to the console's Redis Streams: fields <c>key</c>, <c>value</c> (the CloudEvent) and <c>headers</c> (a JSON object of texts). The server cuts
/// a stream to about so many entries as the settings say.
/// </summary>
internal sealed class RedisControlPublisher(RedisSettings settings, TimeProvider time) : IControlPublisher, IControlEmitter, IDisposable
{
    private const string Headers = """{"content_type":"application/cloudevents+json"}""";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private RedisLink? _link;

    public ValueTask PublishAsync(ControlEvent controlEvent, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        ControlOperations.Require(ticket, controlEvent, time.GetUtcNow());
        return EmitAsync(controlEvent, cancellation);
    }

    /// <exception cref="ControlBusUnavailableException">Redis did not take it.</exception>
    public async ValueTask EmitAsync(ControlEvent controlEvent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        var outgoing = OutgoingEvent.Of(controlEvent, time.GetUtcNow());
        var stream = RedisSettings.Prefix + outgoing.Topic;
        // One after the other: events of one key stay in order also when the connection is made anew.
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_link is { IsConnected: false }) Forget();
            _link ??= await RedisLink.OpenAsync(settings, cancellation);
            await _link.AskAsync("XADD", [stream, "MAXLEN", "~", RedisLink.Text(settings.MaxLength), "*", "key", outgoing.Key, "value", outgoing.Value, "headers", Headers], cancellation);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Forget();
            var unknown = exception is TimeoutException ? " Whether it arrived is not known: look for it on the page Live before it is sent again." : "";
            throw new ControlBusUnavailableException($"Redis at {settings.Place} did not take the event for {stream}: {RedisTroubles.Reason(exception)}.{unknown}", exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        Forget();
        _gate.Dispose();
    }

    private void Forget()
    {
        _link?.Dispose();
        _link = null;
    }
}
