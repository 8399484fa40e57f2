using Qmtl.Console.Components;
using Qmtl.Console.Security;
using Qmtl.ControlBus;

namespace Qmtl.Console.Live;

/// <summary>Lets a page hear that something it shows has changed.</summary>
public interface ILiveWatch
{
    /// <summary>Calls at most ten times a second, while events that match and that the reader may see arrive. Ends when it is disposed.</summary>
    /// <param name="request">Which events.</param>
    /// <param name="changed">On a thread of the pool; never two at once.</param>
    IDisposable Follow(LiveRequest request, Func<Task> changed);
}

/// <summary>
/// Lets a page hear that something it shows has changed. Events only shorten the wait: the page polls all the same, so one that is lost, or that the reader
/// may not see, costs seconds and never correctness.
/// </summary>
public sealed class LiveWatch(LiveReader live, ICurrentCaller caller, TimeProvider time) : ILiveWatch
{
    private const int Looked = 1_000;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    public IDisposable Follow(LiveRequest request, Func<Task> changed)
    {
        ArgumentNullException.ThrowIfNull(request);
        // After a gap nobody knows what changed: whatever is shown is read again.
        if (request.Types is { Count: > 0 } types) request = request with { Types = [.. types, .. EventWords.AfterGap] };
        var following = new Following(new CoalescingThrottle(time, CoalescingThrottle.RenderInterval, changed));
        _ = RunAsync(request, following);
        return following;
    }

    private async Task RunAsync(LiveRequest request, Following following)
    {
        try
        {
            while (true)
            {
                if (live.TryFilter(caller.Caller, request) is { } filter) await ReadAsync(filter, following);
                await Task.Delay(Again, time, following.Ended);
            }
        }
        catch (OperationCanceledException)
        {
            // The page has gone.
        }
        catch (ObjectDisposedException)
        {
            // The circuit has gone, and its services with it.
        }
    }

    /// <summary>Until the page goes, or the reader's rights change.</summary>
    private async Task ReadAsync(LiveFilter filter, Following following)
    {
        try
        {
            using var subscription = live.Subscribe(filter, null);
            while (live.StillHolds(caller.Caller, filter))
            {
                await subscription.ReadAsync(Looked, following.Ended);
                following.Signal();
                await Task.Delay(CoalescingThrottle.RenderInterval, time, following.Ended);
            }
        }
        catch (InvalidOperationException)
        {
            // As many subscriptions are open as allowed: the page has its own polling.
        }
    }

    private sealed class Following(CoalescingThrottle throttle) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        public CancellationToken Ended => _ended.Token;

        public void Signal() => throttle.Signal();

        public void Dispose()
        {
            // Not disposed of: the loop may still be asking for its token. It holds no handle.
            _ended.Cancel();
            throttle.Dispose();
        }
    }
}
