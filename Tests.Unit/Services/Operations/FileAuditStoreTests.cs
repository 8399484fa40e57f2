using System.Text;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Files;
using Qmtl.Operations.Audit.InMemory;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

public sealed class InMemoryAuditStoreTests : AuditStoreContract
{
    private readonly InMemoryAuditStore _store = new();

    private protected override Task<AuditParts> OpenAsync(AuditKeys keys, AuditOptions? options = null) => Task.FromResult(new AuditParts(_store, keys, options: options));

    [Fact]
    public async Task An_append_that_fails_says_so_and_leaves_nothing()
    {
        await using var audit = await OpenAsync(Keys);
        _store.Failure = "The disk is gone.";
        await Assert.ThrowsAsync<AuditUnavailableException>(() => audit.AppendAsync(0, 3));
        _store.Failure = null;
        await audit.AppendAsync(0, 3);
        Assert.Equal(4, (await audit.VerifyAsync()).Checked);
    }
}

public sealed class FileAuditStoreTests : AuditStoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;
    private readonly string _head = Path.Combine(Path.GetTempPath(), $"qmtl-console-tests-{Guid.NewGuid():N}.head");

    private string[] Segments => [.. Directory.GetFiles(Path.Combine(_folder, "audit"), "audit-*.jsonl").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        File.Delete(_head);
    }

    [Fact]
    public async Task Lines_are_json_and_files_are_for_their_owner_alone()
    {
        await using (var audit = await OpenAsync(Keys)) await audit.AppendAsync(0, 3);
        var lines = File.ReadAllLines(Assert.Single(Segments));
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => System.Text.Json.JsonDocument.Parse(line).Dispose());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Segments[0]));
    }

    [Fact]
    public void The_key_that_is_made_on_files_is_for_its_owner_alone_and_is_used_again()
    {
        var storage = new OperationsStorageOptions { Folder = _folder };
        Assert.Throws<StorageRefusedException>(() => AuditKeyFile.Load(new(), storage, create: false));
        var made = AuditKeyFile.Load(new(), storage, create: true);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AuditKeyFile.OwnPath(_folder)));
        Assert.Equal(made.Current.Id, AuditKeyFile.Load(new(), storage, create: false).Current.Id);
        Assert.Throws<StorageRefusedException>(() => AuditKeyFile.Load(new(), new() { Folder = _folder, PostgresConnection = "Host=x" }, create: true));
    }

    [Fact]
    public async Task The_file_is_cut_into_segments_that_are_chained_and_none_is_deleted()
    {
        for (var run = 0; run < 3; run++)
        {
            await using var audit = await OpenAsync(Keys, new() { SegmentBytes = 20_000 });
            for (var part = 0; part < 5; part++) await audit.AppendAsync((run * 100) + (part * 20), 20);
        }

        Assert.InRange(Segments.Length, 8, 30);
        Assert.All(Segments, segment => Assert.InRange(new FileInfo(segment).Length, 1, 20_000));
        await using (var audit = await OpenAsync(Keys))
        {
            Assert.Equal((AuditVerdict.OkButTailUnknown, 301), ((await audit.VerifyAsync()).Verdict, (await audit.VerifyAsync()).Checked));
            Assert.Equal(301, (await audit.AllAsync(new())).Count);
        }

        File.Delete(Segments[3]);
        await using (var audit = await OpenAsync(Keys)) Assert.Contains("are missing", (await audit.VerifyAsync()).Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(400)]
    public async Task A_torn_last_line_is_told_apart_and_the_chain_goes_on(int cut)
    {
        await using (var audit = await OpenAsync(Keys))
        {
            await audit.AppendAsync(0, 5);
            await audit.AppendAsync(5, 1);
        }

        using (var file = new FileStream(Segments[0], FileMode.Open)) file.SetLength(file.Length - cut);
        var torn = File.ReadAllBytes(Segments[0]);
        await using (var audit = await OpenAsync(Keys))
        {
            var before = await audit.VerifyAsync();
            // Without its line end alone a record is whole.
            if (cut > 1) Assert.Equal((AuditVerdict.TornTail, 6), (before.Verdict, before.Checked));
            await audit.AppendAsync(6, 2);
            var after = await audit.VerifyAsync();
            Assert.Equal((AuditVerdict.OkButTailUnknown, 9), (after.Verdict, after.Checked));
            if (cut > 1) Assert.Contains("was not whole", Assert.Single(after.Breaks), StringComparison.Ordinal);
            var all = await audit.AllAsync(new());
            Assert.Equal(Enumerable.Range(1, 9).Reverse().Select(number => (long)number), all.Select(record => record.Number));
        }

        // What was there is still there, byte for byte.
        Assert.Equal(torn, File.ReadAllBytes(Segments[0])[..torn.Length]);
    }

    [Fact]
    public async Task A_flipped_byte_is_found_and_named_and_the_rest_stays_readable()
    {
        await using (var audit = await OpenAsync(Keys)) await audit.AppendAsync(0, 20);
        var lines = File.ReadAllLines(Segments[0]);
        // The same length and still JSON: only the code tells.
        lines[7] = lines[7].Replace("Reason number 6", "Reason number 9", StringComparison.Ordinal);
        lines[12] = lines[12].Replace("\"target\"", "\"tarXet\"", StringComparison.Ordinal)[..60];
        File.WriteAllText(Segments[0], string.Concat(lines.Select(line => line + "\n")));
        await using (var audit = await OpenAsync(Keys))
        {
            var verification = await audit.VerifyAsync();
            Assert.Equal((AuditVerdict.Broken, 8), (verification.Verdict, verification.FirstBroken));
            Assert.Contains("2 records in all", verification.Explanation, StringComparison.Ordinal);
            await audit.AppendAsync(20, 1);
            var page = await audit.Search.FindAsync(new(), default);
            Assert.Equal(20, page.Records.Count);
            Assert.Equal(2, page.Unreadable.Count);
            Assert.Contains(page.Unreadable, problem => problem.Contains("Record 8 is not as it was written", StringComparison.Ordinal));
            Assert.Contains(page.Unreadable, problem => problem.Contains("Record 13 cannot be read", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_broken_last_record_is_named_by_the_next()
    {
        await using (var audit = await OpenAsync(Keys)) await audit.AppendAsync(0, 3);
        var text = File.ReadAllText(Segments[0]);
        File.WriteAllText(Segments[0], text.Replace("Reason number 2", "Reason number 1", StringComparison.Ordinal));
        await using (var audit = await OpenAsync(Keys))
        {
            await audit.AppendAsync(3, 1);
            var named = Assert.Single(await audit.AllAsync(new() { Action = AuditActions.Break }));
            Assert.Equal(5, named.Number);
            Assert.Contains("Record 4", named.Record.Detail, StringComparison.Ordinal);
            var verification = await audit.VerifyAsync();
            Assert.Equal((AuditVerdict.Broken, 4), (verification.Verdict, verification.FirstBroken));
            Assert.Contains("Record 4", Assert.Single(verification.Breaks), StringComparison.Ordinal);
            Assert.DoesNotContain("in all", verification.Explanation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_last_line_that_is_no_record_is_named_by_the_next()
    {
        await using (var audit = await OpenAsync(Keys)) await audit.AppendAsync(0, 3);
        File.AppendAllText(Segments[0], "nonsense\n");
        await using (var audit = await OpenAsync(Keys))
        {
            await audit.AppendAsync(3, 1);
            var verification = await audit.VerifyAsync();
            Assert.Equal((AuditVerdict.Broken, 5), (verification.Verdict, verification.FirstBroken));
            Assert.Single(verification.Breaks);
            Assert.Equal(7, (await audit.Search.FindAsync(new(), default)).Records[0].Number);
        }
    }

    [Fact]
    public async Task Deleted_repeated_and_swapped_records_are_found()
    {
        await using (var audit = await OpenAsync(Keys)) await audit.AppendAsync(0, 10);
        var lines = File.ReadAllLines(Segments[0]).ToList();
        async Task<AuditVerification> With(IEnumerable<string> changed)
        {
            File.WriteAllText(Segments[0], string.Concat(changed.Select(line => line + "\n")));
            await using var audit = await OpenAsync(Keys);
            return await audit.VerifyAsync();
        }

        var deleted = await With([.. lines[..4], .. lines[6..]]);
        Assert.Equal((AuditVerdict.Broken, 5), (deleted.Verdict, deleted.FirstBroken));
        Assert.Contains("Records 5 to 6 are missing", deleted.Explanation, StringComparison.Ordinal);
        var repeated = await With([.. lines[..4], lines[3], .. lines[4..]]);
        Assert.Equal((AuditVerdict.Broken, 5), (repeated.Verdict, repeated.FirstBroken));
        var swapped = await With([.. lines[..4], lines[5], lines[4], .. lines[6..]]);
        Assert.Equal(AuditVerdict.Broken, swapped.Verdict);
        var noBeginning = await With(lines[1..]);
        Assert.Equal((AuditVerdict.Broken, 1), (noBeginning.Verdict, noBeginning.FirstBroken));
    }

    [Fact]
    public async Task A_chain_of_somebody_elses_key_is_not_taken_for_ours()
    {
        var others = new AuditKeys(AuditKey.New());
        await using (var audit = await OpenAsync(others)) await audit.AppendAsync(0, 10);
        await using (var audit = await OpenAsync(Keys)) Assert.Equal(AuditVerdict.KeyUnknown, (await audit.VerifyAsync()).Verdict);

        // A line of theirs that claims our key.
        File.WriteAllText(Segments[0], File.ReadAllText(Segments[0]).Replace(others.Current.Id, Keys.Current.Id, StringComparison.Ordinal));
        await using (var audit = await OpenAsync(Keys)) Assert.Equal((AuditVerdict.Broken, 1), ((await audit.VerifyAsync()).Verdict, (await audit.VerifyAsync()).FirstBroken));
    }

    [Fact]
    public async Task A_cut_tail_is_not_found_without_a_head_and_found_with_one()
    {
        await using (var audit = await OpenAsync(Keys, head: true))
        {
            await audit.AppendAsync(0, 10);
            await audit.HeadKeeper.KeepAsync(default);
            Assert.Equal(AuditVerdict.Ok, (await audit.VerifyAsync()).Verdict);
        }

        var lines = File.ReadAllLines(Segments[0]);
        File.WriteAllText(Segments[0], string.Concat(lines[..6].Select(line => line + "\n")));
        await using (var audit = await OpenAsync(Keys)) Assert.Equal(AuditVerdict.OkButTailUnknown, (await audit.VerifyAsync()).Verdict);
        await using (var audit = await OpenAsync(Keys, head: true))
        {
            var verification = await audit.VerifyAsync();
            Assert.Equal(AuditVerdict.TailCut, verification.Verdict);
            Assert.Contains("names record 11, the chain ends at 6; 5 records or more are missing", verification.Explanation, StringComparison.Ordinal);
        }

        // Grown again over the gap it is still found, and a record names it before the next head goes out.
        await using (var audit = await OpenAsync(Keys, head: true))
        {
            await audit.AppendAsync(100, 20);
            Assert.Equal(AuditVerdict.TailCut, (await audit.VerifyAsync()).Verdict);
            await audit.HeadKeeper.KeepAsync(default);
            await audit.HeadKeeper.KeepAsync(default);
            var named = Assert.Single(await audit.AllAsync(new() { Action = AuditActions.Break }));
            Assert.Equal("head 11", named.Record.Target);
            Assert.Equal(AuditVerdict.TailCut, (await audit.VerifyAsync()).Verdict);
        }

        // Even when the old heads are gone, the record tells.
        File.WriteAllText(_head, File.ReadAllLines(_head)[^1] + "\n");
        await using (var audit = await OpenAsync(Keys, head: true))
        {
            var verification = await audit.VerifyAsync();
            Assert.Equal(AuditVerdict.TailCut, verification.Verdict);
            Assert.Single(verification.Breaks);
        }
    }

    [Fact]
    public async Task A_forged_head_is_left_out_and_told()
    {
        await using var audit = await OpenAsync(Keys, head: true);
        await audit.AppendAsync(0, 3);
        await audit.HeadKeeper.KeepAsync(default);
        File.AppendAllText(_head, File.ReadAllText(_head).Replace("\"head\":4", "\"head\":9", StringComparison.Ordinal));
        var verification = await audit.VerifyAsync();
        Assert.Equal(AuditVerdict.Ok, verification.Verdict);
        Assert.Contains("1 line(s) there are not heads", verification.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_changes_the_file_while_the_console_runs_leaves_a_gap_and_a_record_that_names_it()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 10);
        using (var file = new FileStream(Segments[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(file.Length / 2);
        await audit.AppendAsync(10, 2);
        var verification = await audit.VerifyAsync();
        Assert.Equal(AuditVerdict.Broken, verification.Verdict);
        Assert.Contains("changed by something else", Assert.Single(verification.Breaks), StringComparison.Ordinal);
        Assert.Equal(14, (await audit.Search.FindAsync(new() { Limit = 1 }, default)).Records[0].Number);
    }

    [Fact]
    public async Task Somebody_who_only_reads_needs_no_lock_and_changes_nothing()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 10);
        var bytes = File.ReadAllBytes(Segments[0]);
        await using var store = new FileAuditStore(Options.Create(new AuditOptions()), Options.Create(new OperationsStorageOptions { Folder = _folder }), null, () => Keys);
        var verification = await new AuditVerifier(store, Keys, null).VerifyAsync(isWritten: true, null, default);
        Assert.Equal((AuditVerdict.OkButTailUnknown, 11), (verification.Verdict, verification.Checked));
        Assert.Equal(bytes, File.ReadAllBytes(Segments[0]));
        await Assert.ThrowsAsync<StorageRefusedException>(() => OpenAsync(Keys));
    }

    private protected override Task<AuditParts> OpenAsync(AuditKeys keys, AuditOptions? options = null) => OpenAsync(keys, options, head: false);

    private async Task<AuditParts> OpenAsync(AuditKeys keys, AuditOptions? options = null, bool head = false)
    {
        var storageLock = new StorageLock(_folder);
        var store = new FileAuditStore(Options.Create(options ?? new AuditOptions()), Options.Create(new OperationsStorageOptions { Folder = _folder }), storageLock, () => keys);
        await store.OpenAsync(default);
        return new(store, keys, CloseAsync, options, head: head ? _head : null);

        async ValueTask CloseAsync()
        {
            await store.DisposeAsync();
            storageLock.Dispose();
        }
    }
}
