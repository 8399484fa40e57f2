using System.Globalization;
using Qmtl.Shared.Health;

namespace Qmtl.Gateway.InMemory;

/// <summary>Lists the strategies the Gateway knows.</summary>
internal sealed class GatewayProbe(IStrategyCatalogue catalogue, TimeProvider time) : IDependencyProbe
{
    public string Name => "Gateway";

    public async Task<DependencyReading> ReadAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var snapshot = await catalogue.ListAsync(cancellation);
        return new DependencyReading(
            Name, DependencyState.Ok, snapshot.Source, time.GetUtcNow(), time.GetElapsedTime(started),
            string.Create(CultureInfo.InvariantCulture, $"{snapshot.Strategies.Count} strategies."), "");
    }
}
