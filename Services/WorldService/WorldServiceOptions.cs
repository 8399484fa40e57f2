using System.ComponentModel.DataAnnotations;

namespace Qmtl.WorldService;

/// <summary>Bounds of the worlds in memory.</summary>
public sealed class WorldServiceOptions
{
    /// <summary>Most worlds; a further one is refused.</summary>
    [Range(1, 100_000)]
    public int MaxWorlds { get; set; } = 1_000;
}
