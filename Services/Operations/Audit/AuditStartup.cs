using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Storage;

namespace Qmtl.Operations.Audit;

/// <summary>Has the key and opens the audit's store before the console serves.</summary>
internal sealed class AuditStartup(Lazy<AuditKeys> keys, IAuditStore store) : IStorageOpening
{
    public async Task OpenAsync(CancellationToken cancellation)
    {
        _ = keys.Value;
        await store.OpenAsync(cancellation);
    }
}
