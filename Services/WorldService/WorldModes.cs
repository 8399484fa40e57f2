namespace Qmtl.WorldService;

/// <summary>Effective modes of a world, and the execution domain each stands for.</summary>
public static class WorldModes
{
    public const string Validate = "validate";
    public const string ComputeOnly = "compute-only";
    public const string Paper = "paper";
    public const string Shadow = "shadow";
    public const string Live = "live";

    /// <summary>All modes, from harmless to live.</summary>
    public static IReadOnlyList<string> All { get; } = [Validate, ComputeOnly, Paper, Shadow, Live];

    /// <summary>The execution domain of a mode: <c>backtest</c>, <c>dryrun</c>, <c>shadow</c> or <c>live</c>; an unknown mode is <c>backtest</c>.</summary>
    public static string ExecutionDomain(string mode) => mode switch
    {
        Paper => "dryrun",
        Live => "live",
        Shadow => "shadow",
        _ => "backtest",
    };
}
