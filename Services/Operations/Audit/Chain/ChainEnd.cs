using System.Text;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>Where a chain ends: what the next record hangs on.</summary>
/// <param name="Number">Of the last record; 0 when there is none.</param>
/// <param name="Mac">Its code in hexadecimal digits.</param>
/// <param name="KeyId">Key that it was signed with.</param>
/// <param name="Trouble">What is wrong with the end, to be named by the next record; null when nothing is.</param>
internal sealed record ChainEnd(long Number, byte[] Mac, string KeyId, ChainTrouble? Trouble = null)
{
    public static ChainEnd Empty { get; } = new(0, AuditLine.NoPrevious.ToArray(), "");

    public string MacText => Encoding.ASCII.GetString(Mac);

    /// <summary>The end that a last line makes, its code checked.</summary>
    public static ChainEnd Of(ReadOnlySpan<byte> line, AuditKeys keys, string place)
    {
        if (!AuditLine.TryRead(line, out var record)) throw new ArgumentException("The line is not a record.", nameof(line));
        var keyId = Encoding.ASCII.GetString(record.KeyId);
        ChainTrouble? trouble = null;
        if (keys.Find(record.KeyId) is { } key && !record.IsSignedBy(key))
        {
            trouble = new(AuditActions.Break, $"Record {record.Number} at {place} is not as it was written: its code does not match.");
        }

        return new(record.Number, record.Mac.ToArray(), keyId, trouble);
    }
}

/// <summary>What a chain's next record must name.</summary>
/// <param name="Action"><see cref="AuditActions.Torn"/> or <see cref="AuditActions.Break"/>.</param>
/// <param name="Detail">What, where.</param>
internal sealed record ChainTrouble(string Action, string Detail);

/// <summary>Records that the audit writes about itself.</summary>
public static class AuditActions
{
    /// <summary>From here on another key, or the first.</summary>
    public const string Key = "audit.key";

    /// <summary>The last line was not whole: the process was stopped while it wrote.</summary>
    public const string Torn = "audit.torn";

    /// <summary>A record is not as it was written, or missing.</summary>
    public const string Break = "audit.break";

    /// <summary>Records that wait in the spool were written later than they happened.</summary>
    public const string Spool = "audit.spool";

    /// <summary>Denials that are told by their number.</summary>
    public const string Denials = "denials";

    /// <summary>Somebody checked the chain.</summary>
    public const string Verify = "audit.verify";

    /// <summary>Somebody took records out as a file.</summary>
    public const string Export = "audit.export";
}
