namespace Qmtl.Gateway;

/// <summary>What happens to a strategy.</summary>
public enum StrategyEvent
{
    /// <summary>A worker takes it.</summary>
    Process,
    Complete,
    Fail,
    Retry,
}

/// <summary>The states of a strategy and the ways between them.</summary>
public static class StrategyStates
{
    /// <summary>The state as QMTL writes it.</summary>
    public static string Text(StrategyState state) => state switch
    {
        StrategyState.Queued => "queued",
        StrategyState.Processing => "processing",
        StrategyState.Completed => "completed",
        _ => "failed",
    };

    /// <summary>The next state, or null when the event is not allowed in this one. Completed is final.</summary>
    public static StrategyState? Next(StrategyState state, StrategyEvent what) => (state, what) switch
    {
        (StrategyState.Queued, StrategyEvent.Process) => StrategyState.Processing,
        (StrategyState.Processing, StrategyEvent.Complete) => StrategyState.Completed,
        (StrategyState.Processing, StrategyEvent.Fail) => StrategyState.Failed,
        (StrategyState.Failed, StrategyEvent.Retry) => StrategyState.Processing,
        _ => null,
    };
}
