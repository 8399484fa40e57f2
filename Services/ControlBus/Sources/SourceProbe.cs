using System.Globalization;
using Qmtl.ControlBus.Live;
using Qmtl.Shared.Health;

namespace Qmtl.ControlBus.Sources;

/// <summary>Health of one source of control events.</summary>
internal sealed class SourceProbe(IControlSource source, LiveEngine engine, TimeProvider time) : IDependencyProbe
{
    public string Name { get; } = source.Name == ControlSources.InProcess ? "ControlBus" : $"ControlBus ({source.Name})";

    public Task<DependencyReading> ReadAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var status = engine.StatusOf(source.Name);
        var topics = engine.Topics(LiveFilter.Everything).Where(topic => topic.Source == source.Name).ToArray();
        var received = topics.Sum(topic => topic.Received);
        var last = topics.Max(topic => topic.LastReceivedAt);
        var came = last is null ? "No event since start." : string.Create(CultureInfo.InvariantCulture, $"{received} messages since start, the newest at {last:HH:mm:ss} UTC.");
        var state = status?.State switch
        {
            SourceState.Reading => DependencyState.Ok,
            SourceState.Attention => DependencyState.Attention,
            SourceState.Broken => DependencyState.Broken,
            _ => DependencyState.Unknown,
        };
        return Task.FromResult(new DependencyReading(
            Name, state, source.Place, time.GetUtcNow(), time.GetElapsedTime(started), $"{status?.Plain ?? "Not started yet."} {came}", status?.Advice ?? "")
        {
            ForAllWorlds = status is null ? null : $"{status.Detail} {came}",
        });
    }
}
