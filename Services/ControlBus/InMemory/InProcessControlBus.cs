using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Normalising;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.ControlBus.InMemory;

/// <summary>The ControlBus inside one process: what is emitted or published here is delivered here.</summary>
internal sealed class InProcessControlBus(LiveEngine engine, TimeProvider time, string place) : IControlEmitter, IControlPublisher, IControlSource
{
    public string Name => ControlSources.InProcess;

    public string Place => place;

    public bool ProvesGaps => true;

    /// <summary>There is nothing to connect to, and nothing can be missed: events are handed over.</summary>
    public Task RunAsync(IControlSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        sink.Report(SourceState.Reading, "Events are handed over in this process.");
        return Task.Delay(Timeout.Infinite, cancellation);
    }

    public ValueTask EmitAsync(ControlEvent controlEvent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        cancellation.ThrowIfCancellationRequested();
        engine.Take(
            Normaliser.Enrich(controlEvent) with
            {
                Source = Name,
                ReceivedAt = time.GetUtcNow(),
                EventTimeSource = controlEvent.EventTime is null ? EventTimeSource.None : EventTimeSource.Data,
            },
            controlEvent.Key);
        return ValueTask.CompletedTask;
    }

    public ValueTask PublishAsync(ControlEvent controlEvent, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        ControlOperations.Require(ticket, controlEvent, time.GetUtcNow());
        return EmitAsync(controlEvent, cancellation);
    }
}
