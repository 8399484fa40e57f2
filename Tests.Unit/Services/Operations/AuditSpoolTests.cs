using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.InMemory;
using Qmtl.Operations.Audit.Spool;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

public sealed class AuditSpoolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;
    private readonly InMemoryAuditStore _store = new();
    private readonly AuditOptions _options = new() { ReservedSpoolBytes = 128 << 10 };
    private readonly AuditParts _parts;

    public AuditSpoolTests() => _parts = new(_store, new AuditKeys(AuditKey.New()));

    public void Dispose()
    {
        _parts.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_waits_is_written_with_its_time_when_the_audit_is_back()
    {
        using var spool = await OpenAsync();
        _store.Failure = "The database is away.";
        await spool.AppendAsync([AuditParts.Record(1), AuditParts.Record(2)], default);
        await spool.AppendAsync([AuditParts.Record(3)], default);
        Assert.Equal(3, spool.Count);
        Assert.False(await spool.ReplayAsync(default));
        Assert.Equal(3, spool.Count);
        _store.Failure = null;
        Assert.True(await spool.ReplayAsync(default));
        Assert.Equal(0, spool.Count);
        var records = await _parts.AllAsync(new());
        Assert.Equal([AuditParts.Record(3).At, AuditParts.Record(2).At, AuditParts.Record(1).At], records.Take(3).Select(record => record.Record.At));
        Assert.Equal((AuditActions.Spool, 3L), (records[3].Record.Action, records[3].Record.Done));
        await spool.ReplayAsync(default);
        Assert.Equal(5, (await _parts.AllAsync(new())).Count);
    }

    [Fact]
    public async Task What_a_process_that_is_gone_left_is_taken_over_and_a_torn_line_is_told()
    {
        var first = await OpenAsync();
        await first.AppendAsync([AuditParts.Record(1) with { Parameters = "{\"password\":\"s3cret\"}" }, AuditParts.Record(2)], default);
        // As if the process had been killed while it wrote the second.
        first.Dispose();
        var file = Assert.Single(Files());
        var bytes = File.ReadAllBytes(file);
        Assert.DoesNotContain("s3cret", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        bytes.AsSpan(Array.LastIndexOf(bytes, (byte)'\n') - 40, 60).Clear();
        File.WriteAllBytes(file, bytes);

        using var second = await OpenAsync();
        Assert.Equal(1, second.Count);
        await second.ReplayAsync(default);
        var records = await _parts.AllAsync(new());
        Assert.Equal(AuditParts.Record(1).At, records[0].Record.At);
        Assert.Contains("1 more could not be read", records[1].Record.Detail, StringComparison.Ordinal);
        Assert.Single(Files());
    }

    [Fact]
    public async Task What_was_written_before_the_process_died_is_not_written_twice()
    {
        var first = await OpenAsync();
        await first.AppendAsync([AuditParts.Record(1)], default);
        first.Dispose();
        var left = File.ReadAllBytes(Assert.Single(Files()));
        var name = Files()[0];
        using (var second = await OpenAsync()) await second.ReplayAsync(default);
        // The record is in the audit, and the file is there again: it was not removed in time.
        File.WriteAllBytes(name, left);
        using (var third = await OpenAsync()) await third.ReplayAsync(default);
        Assert.Single(await _parts.AllAsync(new() { Action = "test.change" }));
    }

    [Fact]
    public async Task A_file_in_use_by_another_console_is_left_alone()
    {
        using var one = await OpenAsync();
        await one.AppendAsync([AuditParts.Record(1)], default);
        using var other = await OpenAsync();
        Assert.Equal(0, other.Count);
        await other.ReplayAsync(default);
        Assert.Empty(await _parts.AllAsync(new()));
    }

    [Fact]
    public async Task The_spool_has_a_bound_and_says_so()
    {
        _options.MaxSpoolBytes = 3_000;
        using var spool = await OpenAsync();
        var refused = await Assert.ThrowsAsync<AuditUnavailableException>(async () =>
        {
            for (var number = 0; number < 100; number++) await spool.AppendAsync([AuditParts.Record(number)], default);
        });
        Assert.Contains("bound of 3,000", refused.Message, StringComparison.Ordinal);
        var held = spool.Count;
        Assert.InRange(held, 3, 20);
        await spool.ReplayAsync(default);
        Assert.Equal(held, (await _parts.AllAsync(new() { Action = "test.change" })).Count);
    }

    private string[] Files() => Directory.GetFiles(Path.Combine(_folder, "audit-spool"));

    private async Task<AuditSpool> OpenAsync()
    {
        var spool = new AuditSpool(Options.Create(_options), Options.Create(new OperationsStorageOptions { Folder = _folder }), _parts.Log, _store, TimeProvider.System, NullLogger<AuditSpool>.Instance);
        await spool.OpenAsync(default);
        return spool;
    }
}
