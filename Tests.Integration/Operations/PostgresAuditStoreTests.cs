using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Postgres;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Postgres;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Integration.Support;
using Qmtl.Tests.Operations;

namespace Qmtl.Tests.Integration.Operations;

[Collection(PostgresCollection.Name)]
public sealed class PostgresAuditStoreTests(PostgresServer server) : AuditStoreContract, IAsyncLifetime
{
    private readonly string _head = Path.Combine(Path.GetTempPath(), $"qmtl-console-tests-{Guid.NewGuid():N}.head");
    private PostgresDatabaseOfTest _database = null!;

    public async Task InitializeAsync() => _database = await server.CreateDatabaseAsync();

    public Task DisposeAsync()
    {
        File.Delete(_head);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Several_consoles_at_once_write_one_chain()
    {
        var consoles = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync(Keys)));
        await Task.WhenAll(consoles.Select((console, number) => Task.Run(async () =>
        {
            for (var round = 0; round < 25; round++) await console.AppendAsync((number * 1_000) + (round * 8), 8);
        })));
        foreach (var console in consoles)
        {
            var verification = await console.VerifyAsync();
            Assert.Equal((AuditVerdict.OkButTailUnknown, 801), (verification.Verdict, verification.Checked));
            Assert.Equal(801, (await console.AllAsync(new() { Limit = 500 })).Count);
            await console.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_changed_row_is_found_and_the_rest_stays_readable()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 20);
        await _database.AttackAsync("update qmtl_console.audit_records set line = replace(line, 'Reason number 6', 'Reason number 9') where number = 8");
        var verification = await audit.VerifyAsync();
        Assert.Equal((AuditVerdict.Broken, 8), (verification.Verdict, verification.FirstBroken));
        var page = await audit.Search.FindAsync(new(), default);
        Assert.Equal(20, page.Records.Count);
        Assert.Contains("Record 8 is not as it was written", Assert.Single(page.Unreadable), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removed_and_renumbered_rows_are_found()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 20);
        await _database.AttackAsync("delete from qmtl_console.audit_records where number in (5, 6)");
        var verification = await audit.VerifyAsync();
        Assert.Equal((AuditVerdict.Broken, 5), (verification.Verdict, verification.FirstBroken));
        Assert.Contains("Records 5 to 6 are missing", verification.Explanation, StringComparison.Ordinal);
        await _database.AttackAsync("update qmtl_console.audit_records set number = number - 2 where number > 6");
        Assert.Equal(5, (await audit.VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task A_last_row_that_is_no_record_is_named_by_the_next()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 3);
        await _database.AttackAsync("update qmtl_console.audit_records set line = 'x' where number = 4");
        await audit.AppendAsync(3, 1);
        var verification = await audit.VerifyAsync();
        Assert.Equal((AuditVerdict.Broken, 4), (verification.Verdict, verification.FirstBroken));
        Assert.Single(verification.Breaks);
    }

    [Fact]
    public async Task A_cut_tail_is_found_by_the_head_and_named_while_the_console_runs()
    {
        await using var audit = await OpenAsync(Keys, head: _head);
        await audit.AppendAsync(0, 10);
        await audit.HeadKeeper.KeepAsync(default);
        Assert.Equal(AuditVerdict.Ok, (await audit.VerifyAsync()).Verdict);
        await _database.AttackAsync("delete from qmtl_console.audit_records where number > 6");
        var cut = await audit.VerifyAsync();
        Assert.Equal(AuditVerdict.TailCut, cut.Verdict);
        Assert.Contains("names record 11, the chain ends at 6", cut.Explanation, StringComparison.Ordinal);
        await using (var withoutHead = await OpenAsync(Keys)) Assert.Equal(AuditVerdict.OkButTailUnknown, (await withoutHead.VerifyAsync()).Verdict);

        // The console that wrote them remembers, and does not give their numbers again.
        await audit.AppendAsync(10, 1);
        var named = await audit.VerifyAsync();
        Assert.Equal((AuditVerdict.Broken, 7), (named.Verdict, named.FirstBroken));
        Assert.Contains("rows were removed", Assert.Single(named.Breaks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_cannot_be_reached_an_append_fails_and_afterwards_it_goes_on()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 3);
        await _database.AttackAsync($"alter role {_database.Name}_runtime nologin; select pg_terminate_backend(pid) from pg_stat_activity where usename = '{_database.Name}_runtime'");
        await Assert.ThrowsAsync<AuditUnavailableException>(async () =>
        {
            // The first finds its connection closed, the second cannot open another.
            await audit.AppendAsync(3, 1);
        });
        await _database.AttackAsync($"alter role {_database.Name}_runtime login");
        await audit.AppendAsync(3, 1);
        Assert.Equal((AuditVerdict.OkButTailUnknown, 5), ((await audit.VerifyAsync()).Verdict, (await audit.VerifyAsync()).Checked));
    }

    [Fact]
    public async Task Commits_wait_for_the_disk_whatever_the_server_is_set_to()
    {
        await _database.AttackAsync($"alter database {_database.Name} set synchronous_commit = off");
        await using var audit = await OpenAsync(Keys);
        await _database.AttackAsync(
            """
            create table public.seen (value text);
            grant insert on public.seen to public;
            create function public.see() returns trigger language plpgsql as 'begin insert into public.seen values (current_setting(''synchronous_commit'')); return new; end';
            create trigger see after insert on qmtl_console.audit_records for each row execute function public.see();
            """);
        await audit.AppendAsync(0, 1);
        await using var source = Npgsql.NpgsqlDataSource.Create(_database.AdministratorConnection + ";Pooling=false");
        await using var command = source.CreateCommand("select string_agg(distinct value, ',') from public.seen");
        Assert.Equal("on", await command.ExecuteScalarAsync());
    }

    private protected override Task<AuditParts> OpenAsync(AuditKeys keys, AuditOptions? options = null) => OpenAsync(keys, options, head: null);

    private async Task<AuditParts> OpenAsync(AuditKeys keys, AuditOptions? options = null, string? head = null)
    {
        var storage = new OperationsStorageOptions { PostgresConnection = _database.Connection, PostgresMigrationConnection = _database.MigrationConnection };
        var database = new PostgresDatabase(Options.Create(storage), NullLogger<PostgresDatabase>.Instance);
        await database.OpenAsync(default);
        return new(new PostgresAuditStore(database, () => keys), keys, database.DisposeAsync, options, head: head);
    }
}
