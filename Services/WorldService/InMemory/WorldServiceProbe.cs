using System.Globalization;
using Qmtl.Shared.Health;

namespace Qmtl.WorldService.InMemory;

/// <summary>Lists the worlds and says how many there are.</summary>
internal sealed class WorldServiceProbe(IWorldService worlds, TimeProvider time) : IDependencyProbe
{
    public string Name => "WorldService";

    public async Task<DependencyReading> ReadAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        try
        {
            var found = await worlds.ListAsync(cancellation);
            return Reading(DependencyState.Ok, string.Create(CultureInfo.InvariantCulture, $"{found.Count} worlds."), "");
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return Reading(DependencyState.Broken, $"Worlds could not be listed: {problem.Message}", "Decisions are unavailable until it answers; strategies run in safe mode.");
        }

        DependencyReading Reading(DependencyState state, string detail, string advice) =>
            new(Name, state, "in process (sandbox)", time.GetUtcNow(), time.GetElapsedTime(started), detail, advice);
    }
}
