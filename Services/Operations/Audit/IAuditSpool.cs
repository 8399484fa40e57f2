using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>
/// Where records go while the audit cannot be written: outcomes of what was done, denials, and the intents of an emergency. A file of this process,
/// synced to the disk; it is written to the audit, and emptied, as soon as that can be written again.
/// </summary>
public interface IAuditSpool
{
    /// <summary>Appends records; they are on the disk when it returns.</summary>
    /// <exception cref="AuditUnavailableException">The spool cannot be written either.</exception>
    Task AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation);

    /// <summary>Records that wait to be written to the audit.</summary>
    long Count { get; }
}
