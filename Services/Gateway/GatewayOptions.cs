using System.ComponentModel.DataAnnotations;

namespace Qmtl.Gateway;

/// <summary>How the checksum stands in the sentinel id of a dry-run that the DAG Manager did not answer.</summary>
public enum FallbackSentinelFormat
{
    /// <summary><c>dryrun:2103926945</c></summary>
    Decimal,

    /// <summary><c>dryrun:7d6760a1</c>, as the released Gateway prints it.</summary>
    Hex,
}

/// <summary>Settings and bounds of the Gateway in this process.</summary>
public sealed class GatewayOptions
{
    /// <summary>Setting <c>Gateway:FallbackSentinelFormat</c>: <c>decimal</c> or <c>hex</c>.</summary>
    public FallbackSentinelFormat FallbackSentinelFormat { get; set; } = FallbackSentinelFormat.Decimal;

    /// <summary>How long the DAG Manager may take over one diff or registration.</summary>
    public TimeSpan DiffBudget { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long one tag query may take.</summary>
    public TimeSpan TagQueryBudget { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Most strategies kept; a further submission is refused.</summary>
    [Range(1, 1_000_000)]
    public int MaxStrategies { get; set; } = 5_000;

    /// <summary>Most bytes of DAG JSON kept, all strategies together.</summary>
    [Range(1, long.MaxValue)]
    public long MaxStoredBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Makes strategy ids.</summary>
    public Func<string> NewStrategyId { get; set; } = () => Guid.NewGuid().ToString();
}
