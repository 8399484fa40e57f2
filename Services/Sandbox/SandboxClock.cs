namespace Qmtl.Sandbox;

/// <summary>
/// The time of the services in the sandbox: real, except inside <see cref="At"/>, where the caller and what it awaits see a moment in
/// the past. So strategies that were "submitted days ago" went through the real Gateway.
/// </summary>
public sealed class SandboxClock(TimeProvider inner) : TimeProvider
{
    private readonly AsyncLocal<Moment?> _moment = new();

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <summary>The strategy id to give inside <see cref="At"/>; null outside.</summary>
    internal string? StrategyId => _moment.Value?.StrategyId;

    public override DateTimeOffset GetUtcNow() => _moment.Value?.Time ?? inner.GetUtcNow();

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Runs the action at the given moment.</summary>
    internal async Task<T> At<T>(DateTimeOffset time, string? strategyId, Func<Task<T>> action)
    {
        // The change of an AsyncLocal inside an async method does not leave the method.
        _moment.Value = new Moment(time, strategyId);
        return await action();
    }

    private sealed record Moment(DateTimeOffset Time, string? StrategyId);
}
