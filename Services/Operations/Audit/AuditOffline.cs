using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Files;
using Qmtl.Operations.Audit.Head;
using Qmtl.Operations.Audit.Postgres;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Operations.Storage.Postgres;

namespace Qmtl.Operations.Audit;

/// <summary>Checks the audit without a console, or beside a running one. Reads only: takes no lock, makes no key, writes no record.</summary>
public static class AuditOffline
{
    /// <param name="configuration">Settings <c>Postgres:*</c> and <c>Audit:*</c>, checked.</param>
    /// <param name="folder">Where the console's files lie, in full.</param>
    /// <param name="progress">Records checked so far.</param>
    /// <exception cref="StorageRefusedException">The audit or its key cannot be read.</exception>
    /// <exception cref="Qmtl.Shared.Rail.AuditUnavailableException">The audit cannot be read.</exception>
    public static async Task<OfflineVerification> VerifyAsync(IConfiguration configuration, string folder, IProgress<long>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var audit = new AuditOptions();
        configuration.GetSection(AuditOptions.Section).Bind(audit);
        var storage = new OperationsStorageOptions { Folder = folder, PostgresConnection = configuration["Postgres:Connection"] };
        var keys = AuditKeyFile.Load(audit, storage, create: false);
        using var heads = new AuditHeadTargets(Options.Create(audit), () => keys);
        if (storage.IsPostgres)
        {
            await using var database = new PostgresDatabase(Options.Create(storage), NullLogger<PostgresDatabase>.Instance);
            var store = new PostgresAuditStore(database, () => keys);
            return new(store.Name, store.Place, await new AuditVerifier(store, keys, heads.Target).VerifyAsync(isWritten: false, progress, cancellation));
        }

        var isHeld = StorageLock.Holder(StorageLock.PathIn(folder)) is not null;
        await using var files = new FileAuditStore(Options.Create(audit), Options.Create(storage), storageLock: null, () => keys);
        return new(files.Name, files.Place, await new AuditVerifier(files, keys, heads.Target).VerifyAsync(isHeld, progress, cancellation));
    }
}

/// <param name="Store">"files" or "PostgreSQL".</param>
/// <param name="Place">Folder, or host and database.</param>
public sealed record OfflineVerification(string Store, string Place, AuditVerification Verification);
