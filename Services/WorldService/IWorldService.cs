namespace Qmtl.WorldService;

/// <summary>Decides what is live. This version reads worlds; policies, decisions and applies follow.</summary>
public interface IWorldService
{
    /// <summary>All worlds, by id.</summary>
    Task<IReadOnlyList<World>> ListAsync(CancellationToken cancellation);

    /// <summary>One world, or null when it does not exist.</summary>
    Task<World?> FindAsync(string worldId, CancellationToken cancellation);
}

/// <summary>A world: a place in which strategies run, with one effective mode.</summary>
/// <param name="WorldId">Id, for instance <c>crypto_mom_1h</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="EffectiveMode"><c>validate</c>, <c>compute-only</c>, <c>paper</c>, <c>shadow</c> or <c>live</c>.</param>
/// <param name="AsOf">The decision's point in time, or null.</param>
public sealed record World(string WorldId, string Name, string EffectiveMode, string? AsOf);
