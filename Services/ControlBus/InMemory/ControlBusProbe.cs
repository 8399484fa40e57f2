using System.Globalization;
using Qmtl.Shared.Control;
using Qmtl.Shared.Health;

namespace Qmtl.ControlBus.InMemory;

/// <summary>Reads the in-process bus.</summary>
internal sealed class ControlBusProbe(IControlFeed feed, TimeProvider time) : IDependencyProbe
{
    public string Name => "ControlBus";

    public Task<DependencyReading> ReadAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var status = feed.Status;
        var detail = status.LastReceivedAt is { } last
            ? string.Create(CultureInfo.InvariantCulture, $"{status.Received} events since start, the newest at {last:HH:mm:ss} UTC; {status.Subscribers} subscriptions.")
            : string.Create(CultureInfo.InvariantCulture, $"No event since start; {status.Subscribers} subscriptions.");
        return Task.FromResult(new DependencyReading(
            Name, DependencyState.Ok, "in process (sandbox)", time.GetUtcNow(), time.GetElapsedTime(started), detail, ""));
    }
}
