namespace Qmtl.Gateway;

/// <summary>What a worker tells the Gateway. Machine edge: the released system ships no worker, so a strategy may stay queued for ever.</summary>
public interface IStrategyWorker
{
    /// <summary>Moves a strategy to its next state. False when it is unknown or its state does not allow the event; then nothing changed.</summary>
    Task<bool> AdvanceAsync(string strategyId, StrategyEvent what, CancellationToken cancellation);
}
