using Qmtl.Gateway;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>A strategy's state as word, tone and icon.</summary>
public static class StrategyWords
{
    public static string Of(StrategyState state) => state.ToString().ToLowerInvariant();

    /// <summary>Queued is nobody's fault and nobody's merit: unknown until a worker takes it.</summary>
    public static string Tone(StrategyState state) => state switch
    {
        StrategyState.Completed => "ok",
        StrategyState.Failed => "broken",
        StrategyState.Processing => "ok",
        _ => "unknown",
    };

    public static string Icon(StrategyState state) => state switch
    {
        StrategyState.Completed => "completed",
        StrategyState.Failed => "failed",
        StrategyState.Processing => "processing",
        _ => "queued",
    };
}
