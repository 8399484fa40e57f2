namespace Qmtl.Console.Components;

/// <summary>
/// Turns any number of signals into at most one call an interval: the first signal acts at once, later ones together at the end of the interval.
/// No signal is lost: a signal that arrives during a call leads to one more call. Thread-safe.
/// </summary>
public sealed class CoalescingThrottle : IDisposable
{
    /// <summary>Ten renders a second.</summary>
    public static readonly TimeSpan RenderInterval = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Func<Task> _action;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _lastStart = long.MinValue;
    private bool _waiting;
    private bool _running;
    private bool _again;
    private bool _disposed;

    public CoalescingThrottle(TimeProvider time, TimeSpan interval, Func<Task> action)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        _time = time;
        _interval = interval;
        _action = action;
        _timer = time.CreateTimer(_ => Due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks for a call.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (_disposed || _waiting) return;
            if (_running)
            {
                _again = true;
                return;
            }

            var since = _lastStart == long.MinValue ? _interval : _time.GetElapsedTime(_lastStart);
            if (since < _interval)
            {
                _waiting = true;
                _timer.Change(_interval - since, Timeout.InfiniteTimeSpan);
                return;
            }

            Begin();
        }

        _ = RunAsync();
    }

    private void Due()
    {
        lock (_gate)
        {
            _waiting = false;
            if (_disposed || _running) return;
            Begin();
        }

        _ = RunAsync();
    }

    private void Begin()
    {
        _running = true;
        _lastStart = _time.GetTimestamp();
    }

    private async Task RunAsync()
    {
        try
        {
            await _action();
        }
        catch (ObjectDisposedException)
        {
            // The component went away between the signal and the render.
        }
        finally
        {
            bool again;
            lock (_gate)
            {
                _running = false;
                again = _again;
                _again = false;
            }

            if (again) Signal();
        }
    }

    public void Dispose()
    {
        lock (_gate) _disposed = true;
        _timer.Dispose();
    }
}
