using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Ordering;

namespace Qmtl.ControlBus.Sources;

/// <summary>What one source tells, into the engine.</summary>
internal sealed class EngineSink(IControlSource source, LiveEngine engine, TimeProvider time) : IControlSink
{
    private readonly Lock _gate = new();
    private SourceStatus _status = new(source.Name, source.Place, source.ProvesGaps, SourceState.Connecting, "Not connected yet.", "", time.GetUtcNow());

    public SourceStatus Status
    {
        get
        {
            lock (_gate) return _status;
        }
    }

    public void Take(RawMessage message) => engine.Take(message);

    public void Gap(string? topic, string what, bool isProven, string? worldId = null) => engine.TakeGap(source.Name, topic, what, isProven, worldId);

    public void StateRead(string what, string? worldId = null) => engine.TakeStateRead(source.Name, what, worldId);

    public void Refuse(Quarantined message) => engine.Take(message);

    public void StartsOver(string? topic) => engine.ForgetPositions(source.Name, topic);

    public void Report(SourceState state, string detail, string advice = "")
    {
        lock (_gate) _status = _status with { State = state, Detail = detail, Advice = advice, Since = state == _status.State ? _status.Since : time.GetUtcNow() };
    }

    public void Lag(string? topic, long? messages) => engine.SetLag(source.Name, topic, messages);

    public LanePlace? PlaceOf(string? topic, string lane) => engine.PlaceOf(source.Name, topic, lane);
}
