using System.Runtime.CompilerServices;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Guards;

/// <summary>
/// Events of the reader's worlds. One whose world is not known goes only to readers of all worlds. What may be read is asked again for each batch, so
/// that a stream which is open loses with the right.
/// </summary>
public sealed class GuardedControlFeed(IControlFeed inner, ReadAccess access) : IControlFeed
{
    /// <summary>How many events are looked through for a narrowed reader's own.</summary>
    private const int LookedThrough = 10_000;

    public ControlFeedStatus Status => access.Somewhere(Permissions.LiveRead) is { Allowed: false, Reason: var reason }
        ? throw new PermissionDeniedException(Permissions.LiveRead, null, reason)
        : inner.Status;

    public IReadOnlyList<ControlEvent> Recent(int count)
    {
        if (access.Somewhere(Permissions.LiveRead) is { Allowed: false, Reason: var reason }) throw new PermissionDeniedException(Permissions.LiveRead, null, reason);
        var visible = access.Of(Permissions.LiveRead);
        // A narrowed reader gets the newest of his own.
        return visible.IsEverything ? inner.Recent(count) : [.. inner.Recent(LookedThrough).Where(item => visible.World(item.WorldId)).TakeLast(count)];
    }

    /// <summary>Open when this returns, as the feed's own.</summary>
    public IAsyncEnumerable<ControlBatch> SubscribeAsync(CancellationToken cancellation)
    {
        if (access.Somewhere(Permissions.LiveRead) is { Allowed: false, Reason: var reason }) throw new PermissionDeniedException(Permissions.LiveRead, null, reason);
        return FilterAsync(inner.SubscribeAsync(cancellation), cancellation);
    }

    private async IAsyncEnumerable<ControlBatch> FilterAsync(IAsyncEnumerable<ControlBatch> batches, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var batch in batches.WithCancellation(cancellation))
        {
            var visible = await access.RequireAsync(Permissions.LiveRead, "events", cancellation);
            if (visible.IsEverything) yield return batch;
            else if (batch.Events.Where(item => visible.World(item.WorldId)).ToArray() is { Length: > 0 } seen) yield return new(seen, batch.Dropped);
        }
    }
}
