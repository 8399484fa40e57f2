using Qmtl.Shared.Rail;
using Qmtl.WorldService;

namespace Qmtl.Console.Security.Guards;

/// <summary>The worlds that are the reader's; of others it is not even told that they exist.</summary>
public sealed class GuardedWorldService(IWorldService inner, ReadAccess access) : IWorldService
{
    public async Task<IReadOnlyList<World>> ListAsync(CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.WorldsRead, "worlds", cancellation);
        var all = await inner.ListAsync(cancellation);
        return visible.IsEverything ? all : [.. all.Where(world => visible.World(world.WorldId))];
    }

    public async Task<World?> FindAsync(string worldId, CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.WorldsRead, $"world {worldId}", cancellation);
        return visible.World(worldId) ? await inner.FindAsync(worldId, cancellation) : null;
    }
}
