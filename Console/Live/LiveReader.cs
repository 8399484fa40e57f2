using Qmtl.Console.Configuration;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Live;

/// <summary>
/// The live feed as a caller may read it: asks for the permission on each call, and narrows every answer to the worlds that the caller may see.
/// </summary>
public sealed class LiveReader(Available<ILiveFeed> feed, Available<IControlFeed> control, IAuthorizer authorizer, StrategyNames names, RowCache cache)
{
    private const string Target = "control events";

    /// <summary>Why there is no feed; null when there is one.</summary>
    public Missing? Missing => feed.Service is null ? control.Missing : null;

    /// <summary>The journal's name; ids of another one are not found.</summary>
    public string JournalId => Feed.JournalId;

    private ILiveFeed Feed => feed.Service ?? throw new InvalidOperationException(control.Missing.Reason);

    /// <summary>The filter that a request means for this caller.</summary>
    /// <exception cref="PermissionDeniedException">The caller may read no events.</exception>
    public async ValueTask<LiveFilter> FilterAsync(Caller caller, LiveRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var scopes = authorizer.ScopesOf(caller, Permissions.LiveRead);
        if (scopes is { Count: 0 }) await authorizer.RequireAsync(caller, Permissions.LiveRead, null, Target, cancellation);
        return request.ToFilter(Worlds(scopes));
    }

    /// <summary>The filter that a request means for this caller, or null when there is no feed or the caller may read no events: nobody is refused anything.</summary>
    public LiveFilter? TryFilter(Caller caller, LiveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (feed.Service is null) return null;
        var scopes = authorizer.ScopesOf(caller, Permissions.LiveRead);
        return scopes is { Count: 0 } ? null : request.ToFilter(Worlds(scopes));
    }

    /// <summary>Whether this caller may still read exactly what the filter lets through.</summary>
    public bool StillHolds(Caller caller, LiveFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var scopes = authorizer.ScopesOf(caller, Permissions.LiveRead);
        return scopes is null ? filter.ReadableWorlds is null : scopes.Count > 0 && filter.ReadableWorlds?.SetEquals(Worlds(scopes)!) == true;
    }

    /// <summary>Events that match, newest first.</summary>
    public async ValueTask<(IReadOnlyList<LiveRow> Rows, long? Next)> QueryAsync(Caller caller, LiveRequest request, long? before, int count, CancellationToken cancellation)
    {
        var filter = await FilterAsync(caller, request, cancellation);
        var page = Feed.Query(filter, before, Math.Clamp(count, 1, 10_000));
        return ([.. page.Events.Select(each => Row(each, filter, request.Data))], page.Next);
    }

    /// <summary>An event with the one before it of its key; null when it is no longer in the journal, or not the caller's to read.</summary>
    public async ValueTask<(JournalledEvent Event, JournalledEvent? Previous)?> FindAsync(Caller caller, string id, CancellationToken cancellation)
    {
        var filter = await FilterAsync(caller, new(), cancellation);
        if (LiveRow.Parse(id) is not { } place || !Feed.Knows(place.Journal, place.Sequence) || Feed.Find(place.Sequence, filter) is not { } found) return null;
        return (found, Feed.Previous(place.Sequence, filter, alsoOnDisk: true));
    }

    public async ValueTask<IReadOnlyList<TopicStatus>> TopicsAsync(Caller caller, CancellationToken cancellation) => Feed.Topics(await FilterAsync(caller, new(), cancellation));

    /// <summary>Counters for each source and topic, for one who holds the filter already.</summary>
    public IReadOnlyList<TopicStatus> Topics(LiveFilter filter) => Feed.Topics(filter);

    /// <exception cref="PermissionDeniedException">Payloads that are no events may hold anything: a permission of their own.</exception>
    public async ValueTask<IReadOnlyList<Quarantined>> QuarantineAsync(Caller caller, CancellationToken cancellation)
    {
        await authorizer.RequireAsync(caller, Permissions.QuarantineRead, null, "quarantined messages", cancellation);
        return Feed.Quarantine;
    }

    public (long Oldest, long Newest) Range => Feed.Range;

    /// <summary>Whether a place that was told under a journal's name is the same here, also from before a restart.</summary>
    public bool Knows(string journalId, long sequence) => Feed.Knows(journalId, sequence);

    /// <summary>How each source is doing, for whoever may read the feed.</summary>
    public IReadOnlyList<SourceStatus> Sources => Feed.Sources;

    /// <summary>Counters of journal and readers, and the journal on disk; null where there is none.</summary>
    public (LiveStatus Journal, SpillStatus? Spill) Status => (Feed.Status, Feed.Spill);

    internal ILiveSubscription Subscribe(LiveFilter filter, long? after) => Feed.Subscribe(filter, after);

    internal LivePage Query(LiveFilter filter, long? before, int count) => Feed.Query(filter, before, count);

    /// <summary>A row with its payload, for one caller.</summary>
    public async ValueTask<LiveRow> RowAsync(Caller caller, JournalledEvent journalled, CancellationToken cancellation) => Row(journalled, await FilterAsync(caller, new(), cancellation), withData: true);

    /// <summary>A row for the hub; the same for all who see every world.</summary>
    internal RowJson Json(JournalledEvent journalled, LiveFilter filter, bool withData) =>
        withData || filter.ReadableWorlds is not null ? cache.Write(Row(journalled, filter, withData)) : cache.Of(journalled, () => Row(journalled, filter, withData: false));

    internal LiveRow Row(JournalledEvent journalled, LiveFilter filter, bool withData)
    {
        ArgumentNullException.ThrowIfNull(journalled);
        var previous = Feed.Previous(journalled.Event.Sequence, filter)?.Event;
        return LiveRow.Of(Feed.JournalId, journalled, EventWords.Summary(journalled.Event, names.Current, previous), withData);
    }

    /// <summary>The worlds of scopes; null is all.</summary>
    private static HashSet<string>? Worlds(IReadOnlySet<string>? scopes) => scopes?.Select(Scopes.NameOf).ToHashSet(StringComparer.Ordinal);
}
