namespace Qmtl.Operations.Jobs;

/// <summary>Keeps a job to so many items a second; for one caller at a time.</summary>
internal sealed class JobPace(double? itemsPerSecond, TimeProvider time)
{
    private long? _last;

    /// <summary>Waits until the next item may begin. False when the job is to stop.</summary>
    public async Task<bool> WaitAsync(JobControl control, CancellationToken cancellation)
    {
        if (itemsPerSecond is not { } pace) return true;
        if (_last is { } last && TimeSpan.FromSeconds(1 / pace) - time.GetElapsedTime(last) is { Ticks: > 0 } rest && !await DelayAsync(rest, control, time, cancellation)) return false;
        _last = time.GetTimestamp();
        return true;
    }

    /// <summary>False when the job is to stop.</summary>
    public static async Task<bool> DelayAsync(TimeSpan delay, JobControl control, TimeProvider time, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(control.Stopped, cancellation);
        try
        {
            // One timer cannot wait for longer than about 49 days; a job lasts seven.
            await Task.Delay(delay, time, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
