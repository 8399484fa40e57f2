using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace Qmtl.WorldService.InMemory;

/// <summary>Worlds in memory. Readers see whole snapshots.</summary>
public sealed class InMemoryWorldService(IOptions<WorldServiceOptions> options) : IWorldService
{
    private readonly int _maxWorlds = options.Value.MaxWorlds;
    private ImmutableSortedDictionary<string, World> _worlds = ImmutableSortedDictionary.Create<string, World>(StringComparer.Ordinal);

    public Task<IReadOnlyList<World>> ListAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<World>>([.. Volatile.Read(ref _worlds).Values]);
    }

    public Task<World?> FindAsync(string worldId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Volatile.Read(ref _worlds).GetValueOrDefault(worldId));
    }

    /// <summary>Puts a world in place of the one with its id. For whoever fills this store; pages have no way here.</summary>
    /// <exception cref="ArgumentException">The id is blank or the mode is not one of <see cref="WorldModes"/>.</exception>
    /// <exception cref="InvalidOperationException">The store is full.</exception>
    public void Put(World world)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentException.ThrowIfNullOrWhiteSpace(world.WorldId);
        if (!WorldModes.All.Contains(world.EffectiveMode))
        {
            throw new ArgumentException($"\"{world.EffectiveMode}\" is no effective mode. Use one of {string.Join(", ", WorldModes.All)}.", nameof(world));
        }

        ImmutableInterlocked.Update(ref _worlds, worlds =>
            worlds.Count >= _maxWorlds && !worlds.ContainsKey(world.WorldId)
                ? throw new InvalidOperationException($"{_maxWorlds} worlds are stored, as many as allowed. Remove one first.")
                : worlds.SetItem(world.WorldId, world));
    }
}
