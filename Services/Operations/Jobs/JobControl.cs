namespace Qmtl.Operations.Jobs;

/// <summary>Why a job is to stop after the items in flight. The greatest wins.</summary>
internal enum JobStop
{
    None,

    /// <summary>The console is read-only, or the executor has lost the right.</summary>
    Closed,

    Pause,
    Cancel,

    /// <summary>The process ends.</summary>
    Shutdown,

    /// <summary>This process no longer holds the job.</summary>
    Lost,
}

/// <summary>Tells a running job to stop. Never cancels an item in flight.</summary>
internal sealed class JobControl : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopped = new();

    public JobStop Stop { get; private set; }

    /// <summary>In words, where the stop alone does not say it; of a wish that was read from the store it is empty.</summary>
    public string Why { get; private set; } = "";

    /// <summary>Cancelled as soon as the job is to stop: ends waits.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public void Halt(JobStop stop, string why = "")
    {
        lock (_lock)
        {
            if (stop <= Stop) return;
            (Stop, Why) = (stop, why);
        }

        _stopped.Cancel();
    }

    public void Dispose() => _stopped.Dispose();
}
