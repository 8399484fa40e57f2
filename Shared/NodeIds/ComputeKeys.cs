using Qmtl.Shared.Dags;

namespace Qmtl.Shared.NodeIds;

/// <summary>A node's compute key and the domain it was made with.</summary>
/// <param name="Key"><c>blake3:</c> and 64 hex digits.</param>
/// <param name="ExecutionDomain">The domain after aliases and the safe-mode rule.</param>
/// <param name="SafeMode">True when backtest or dryrun was forced because no <c>as_of</c> was given.</param>
/// <param name="Downgraded">True when the domain is not the one asked for.</param>
public sealed record ComputeKey(string Key, string ExecutionDomain, bool SafeMode, bool Downgraded);

/// <summary>Compute keys, which separate the results of one node in different contexts.</summary>
public static class ComputeKeys
{
    public static ComputeKey Compute(string nodeId, ComputeContext context) => throw new NotSupportedException();
}
