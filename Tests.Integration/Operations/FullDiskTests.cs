using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Files;
using Qmtl.Operations.Audit.Spool;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Integration.Support;
using Qmtl.Tests.Operations;

namespace Qmtl.Tests.Integration.Operations;

/// <summary>The disk of the console's files fills up: a real one, a tmpfs of 4 MiB.</summary>
public sealed class FullDiskTests
{
    [MountFact]
    public async Task On_a_full_disk_an_append_fails_whole_the_spool_still_takes_records_and_nothing_is_lost()
    {
        var folder = Directory.CreateTempSubdirectory("qmtl-console-disk-").FullName;
        Assert.True(Mounts.Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder));
        try
        {
            var keys = new AuditKeys(AuditKey.New());
            var storage = Options.Create(new OperationsStorageOptions { Folder = folder });
            var options = Options.Create(new AuditOptions());
            using var storageLock = new StorageLock(folder);
            await using var store = new FileAuditStore(options, storage, storageLock, () => keys);
            await store.OpenAsync(default);
            await using var audit = new AuditParts(store, keys);
            using var spool = new AuditSpool(options, storage, audit.Log, store, TimeProvider.System, NullLogger<AuditSpool>.Instance);
            await spool.OpenAsync(default);

            var stored = 0;
            await Assert.ThrowsAsync<AuditUnavailableException>(async () =>
            {
                for (; stored < 100_000; stored += 100) await audit.AppendAsync(stored, 100);
            });
            Assert.InRange(stored, 1_000, 20_000);
            Assert.Equal((AuditVerdict.OkButTailUnknown, stored + 1), ((await audit.VerifyAsync()).Verdict, (await audit.VerifyAsync()).Checked));

            // The rest of the room goes too; what the spool held on to is still there.
            Mounts.Fill(Path.Combine(folder, "ballast"));
            await Assert.ThrowsAsync<AuditUnavailableException>(() => audit.AppendAsync(stored, 100));
            await spool.AppendAsync([.. Enumerable.Range(stored, 50).Select(number => AuditParts.Record(number))], default);
            Assert.Equal(50, spool.Count);
            Assert.False(await spool.ReplayAsync(default));

            File.Delete(Path.Combine(folder, "ballast"));
            Assert.True(await spool.ReplayAsync(default));
            var verification = await audit.VerifyAsync();
            Assert.Equal((AuditVerdict.OkButTailUnknown, stored + 1 + 51), (verification.Verdict, verification.Checked));
        }
        finally
        {
            Assert.True(Mounts.Run("umount", folder));
            Directory.Delete(folder);
        }
    }
}
