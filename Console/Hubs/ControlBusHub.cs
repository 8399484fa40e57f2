using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using Qmtl.Console.Live;
using Qmtl.Console.Security;
using Qmtl.ControlBus;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Hubs;

/// <summary>Control events as they come, for browsers and other clients of SignalR.</summary>
public sealed class ControlBusHub(LiveReader live, TimeProvider time) : Hub
{
    /// <summary>Where it is.</summary>
    public const string Path = "/hubs/controlbus";

    /// <summary>Between two batches of one subscriber.</summary>
    public static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Without events a sign of life is sent so often, and the caller's right is asked for again.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private const int BatchSize = 2_000;

    /// <summary>Streams what matches: first what the journal holds after a place or the newest so many, then what comes.</summary>
    /// <param name="request">Which events; null: all that the caller may read.</param>
    /// <param name="from"><c>journal:sequence</c> of the last batch that the client has; null: only what comes, after <see cref="LiveRequest.Backfill"/>.</param>
    public async IAsyncEnumerable<LiveBatchMessage> Subscribe(LiveRequest? request, string? from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        request ??= new();
        var caller = CallerOf();
        var filter = await OpenAsync(caller, request, cancellation);
        var (after, reset) = PlaceOf(from);
        using var subscription = live.Subscribe(filter, after);
        if (after is null) yield return Backfill(subscription, filter, request, reset);

        var sentTopics = TimeSpan.MinValue;
        var started = time.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            var batch = await NextAsync(subscription, cancellation);
            if (cancellation.IsCancellationRequested) yield break;
            // Asked again for each batch: a right that was taken away ends the stream.
            if (!live.StillHolds(caller, filter)) throw new HubException("What you may read has changed. Subscribe again, or sign in again.");
            var elapsed = time.GetElapsedTime(started);
            var withTopics = sentTopics == TimeSpan.MinValue || elapsed - sentTopics >= Heartbeat;
            if (withTopics) sentTopics = elapsed;
            yield return Message(subscription, batch, filter, request.Data, withTopics);
            await Task.Delay(BatchInterval, time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Older events that match, newest first, at most 2,000.</summary>
    /// <param name="before">Only sequences below this one; null: from the newest.</param>
    public async Task<LivePageMessage> Query(LiveRequest? request, long? before, int count)
    {
        request ??= new();
        var caller = CallerOf();
        await OpenAsync(caller, request, Context.ConnectionAborted);
        var (rows, next) = await live.QueryAsync(caller, request, before, Math.Clamp(count, 1, BatchSize), Context.ConnectionAborted);
        return new(rows, next);
    }

    private Caller CallerOf() => Context.User.FindCaller() ?? throw new HubException("You are not signed in.");

    private async ValueTask<LiveFilter> OpenAsync(Caller caller, LiveRequest request, CancellationToken cancellation)
    {
        if (live.Missing is { } missing) throw new HubException($"{missing.Reason} {missing.Advice}");
        if (request.Problem() is { } problem) throw new HubException($"The filter cannot be taken: {problem}");
        try
        {
            return await live.FilterAsync(caller, request, cancellation);
        }
        catch (PermissionDeniedException denied)
        {
            throw new HubException(denied.Message);
        }
    }

    private (long? After, string? Reset) PlaceOf(string? from)
    {
        if (from is null) return (null, null);
        if (LiveRow.Parse(from) is not { } place) return (null, $"\"{from}\" is no place in a journal.");
        if (!live.Knows(place.Journal, place.Sequence)) return (null, "The journal is another one: the console was started anew, and what was told after this place, or the whole journal, was not kept.");
        return place.Sequence > live.Range.Newest ? (null, "The place is ahead of the journal.") : (place.Sequence, null);
    }

    /// <summary>The newest events before the subscription's place, which was taken already: nothing comes twice and nothing is missed between.</summary>
    private LiveBatchMessage Backfill(ILiveSubscription subscription, LiveFilter filter, LiveRequest request, string? reset)
    {
        var rows = request.Backfill == 0 ? [] : live.Query(filter, subscription.At + 1, request.Backfill).Events.Reverse().Select(each => live.Json(each, filter, request.Data)).ToArray();
        return WithCounters(new() { At = LiveRow.IdOf(live.JournalId, subscription.At), Now = Now, Events = rows, Reset = reset, IsBackfill = true }, filter);
    }

    /// <summary>The next batch, or null when the time for a sign of life has come.</summary>
    private async ValueTask<LiveBatch?> NextAsync(ILiveSubscription subscription, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(_ => either.Cancel(), null, Heartbeat, Timeout.InfiniteTimeSpan);
        try
        {
            return await subscription.ReadAsync(BatchSize, either.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private LiveBatchMessage Message(ILiveSubscription subscription, LiveBatch? batch, LiveFilter filter, bool withData, bool withTopics)
    {
        var message = new LiveBatchMessage
        {
            At = LiveRow.IdOf(live.JournalId, subscription.At),
            Now = Now,
            Events = batch is null ? [] : [.. batch.Events.Select(each => live.Json(each, filter, withData))],
            Changes = batch is { Changes.Count: > 0 } ? [.. batch.Changes.Select(each => live.Json(each, filter, withData))] : null,
            Dropped = batch?.Dropped ?? 0,
            DroppedOf = batch is { DroppedOf.Count: > 0 } ? [.. batch.DroppedOf.Select(part => new DroppedRow(part.Source, part.Topic, part.Count))] : null,
            Forgotten = batch?.Forgotten ?? 0,
        };
        return withTopics ? WithCounters(message, filter) : message;
    }

    private LiveBatchMessage WithCounters(LiveBatchMessage message, LiveFilter filter)
    {
        var (journal, spill) = live.Status;
        return message with
        {
            Topics = [.. live.Topics(filter).Select(TopicRow.Of)],
            Sources = [.. live.Sources.Select(status => SourceRow.Of(status, seesAllWorlds: filter.ReadableWorlds is null))],
            Journal = filter.ReadableWorlds is null ? JournalRow.Of(journal, spill) : null,
        };
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <param name="Next">For <c>before</c>; null at the end of the journal.</param>
public sealed record LivePageMessage(IReadOnlyList<LiveRow> Events, long? Next);
