using Qmtl.Console.Components;

namespace Qmtl.Console.Pages.Overview;

/// <summary>
/// What the overview read a moment ago, for all who see the same: at most ten times a second for all their browsers together. Bounded; beyond, views are
/// read anew each time.
/// </summary>
public sealed class OverviewCache(TimeProvider time)
{
    private const int MaxViews = 64;
    private static readonly TimeSpan KeepFor = CoalescingThrottle.RenderInterval;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<OverviewData>> _views = new(StringComparer.Ordinal);

    /// <param name="view">Equal for those who see the same.</param>
    /// <param name="read">Reads it, with the rights of who asks.</param>
    public Task<OverviewData> GetAsync(string view, Func<Task<OverviewData>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        lock (_lock)
        {
            if (_views.TryGetValue(view, out var kept) && (!kept.IsCompleted || (kept.IsCompletedSuccessfully && time.GetUtcNow() - kept.Result.ReadAt < KeepFor))) return kept;
            foreach (var old in _views.Where(pair => pair.Value.IsCompleted && !(pair.Value.IsCompletedSuccessfully && time.GetUtcNow() - pair.Value.Result.ReadAt < KeepFor)).Select(pair => pair.Key).ToArray()) _views.Remove(old);
            var reading = read();
            if (_views.Count < MaxViews) _views[view] = reading;
            return reading;
        }
    }
}
