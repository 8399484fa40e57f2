using Qmtl.Shared.Dags;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>A node's compute key and the domain it was made with.</summary>
/// <param name="Key"><c>blake3:</c> and 64 hex digits.</param>
/// <param name="ExecutionDomain">The domain after aliases and the safe-mode rule.</param>
/// <param name="SafeMode">True where the domain was missing, or backtest or dryrun had no <c>as_of</c>: then it is backtest.</param>
/// <param name="Downgraded">True where the domain is not the one asked for, for the same reasons.</param>
public sealed record ComputeKey(string Key, string ExecutionDomain, bool SafeMode, bool Downgraded);

/// <summary>Compute keys, which keep apart the results of one node in different contexts.</summary>
public static class ComputeKeys
{
    /// <summary>
    /// BLAKE3 over node id, world, domain, as-of and partition, joined by U+001F. Texts are trimmed, the data set does not enter.
    /// </summary>
    /// <exception cref="NodeIdRefusedException">A text holds half a surrogate pair.</exception>
    public static ComputeKey Compute(string nodeId, ComputeContext context)
    {
        ArgumentNullException.ThrowIfNull(nodeId);
        ArgumentNullException.ThrowIfNull(context);
        var asOf = Trimmed(context.AsOf);
        var domain = PythonText.Strip(ExecutionDomains.Resolve(Trimmed(context.ExecutionDomain)));
        var safeMode = domain is "" or "default" || domain is "backtest" or "dryrun" && asOf.Length == 0;
        if (safeMode) domain = "backtest";

        var data = new Utf8Buffer(256);
        JsonText.AppendUtf16(string.Join('\u001f', nodeId, Trimmed(context.WorldId), domain, asOf, Trimmed(context.Partition)), data);
        if (JsonText.HasLoneSurrogate(data.Written)) throw new NodeIdRefusedException("UnicodeEncodeError", "The context holds half a surrogate pair, which UTF-8 cannot write.");
        return new ComputeKey(NodeIdentity.NewerPrefix + Blake3.HashHex(data.Written), domain, safeMode, safeMode);
    }

    private static string Trimmed(string? value) => value is null ? "" : PythonText.Strip(value);
}
