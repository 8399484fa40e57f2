using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Postgres;
using Qmtl.Tests.Integration.Support;
using Qmtl.Tests.Operations;

namespace Qmtl.Tests.Integration.Operations;

[Collection(PostgresCollection.Name)]
public sealed class PostgresDocumentStoreTests(PostgresServer server) : DocumentStoreContract, IAsyncLifetime
{
    private readonly List<PostgresDatabase> _open = [];
    private PostgresDatabaseOfTest? _database;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var database in _open) await database.DisposeAsync();
    }

    [Fact]
    public async Task Two_consoles_share_one_store()
    {
        var one = await OpenAsync();
        var other = await OpenAsync();
        Assert.True(one.IsShared);
        Assert.True(await one.CommitAsync([new("plan", "p", 0, "1", [])], default));
        Assert.False(await other.CommitAsync([new("plan", "p", 0, "2", [])], default));
        Assert.True(await other.CommitAsync([new("plan", "p", 1, "2", [])], default));
        Assert.Equal("2", (await one.FindAsync("plan", "p", default))!.Body);
    }

    [Fact]
    public async Task Without_tables_and_without_a_role_that_makes_them_the_start_says_what_to_do()
    {
        var database = await server.CreateDatabaseAsync();
        var refused = await RefusedAsync(database.Connection, null);
        Assert.Contains("Postgres:MigrationConnection", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_made_once_are_used_without_the_role_that_made_them()
    {
        var database = await server.CreateDatabaseAsync();
        await OpenAsync(database.Connection, database.MigrationConnection);
        var store = await OpenAsync(database.Connection, null);
        Assert.True(await store.CommitAsync([new("a", "b", 0, "1", [])], default));
    }

    [Theory]
    [InlineData("alter table qmtl_console.audit_records owner to {0}", "owns the table")]
    [InlineData("alter schema qmtl_console owner to {0}", "owns the schema")]
    [InlineData("grant update on qmtl_console.audit_records to {0}", "may UPDATE")]
    [InlineData("grant update (line) on qmtl_console.audit_records to {0}", "may UPDATE a column")]
    [InlineData("grant delete on qmtl_console.audit_records to {0}", "may DELETE")]
    [InlineData("grant truncate on qmtl_console.audit_records to {0}", "may TRUNCATE")]
    [InlineData("grant trigger on qmtl_console.audit_records to {0}", "may TRIGGER")]
    [InlineData("grant delete on qmtl_console.audit_records to public", "may DELETE")]
    [InlineData("grant {1} to {0}", "owns the table")]
    [InlineData("alter role {0} noinherit; grant {1} to {0}", "owns the table")]
    [InlineData("alter role {0} superuser", "is a superuser")]
    [InlineData("revoke insert on qmtl_console.audit_records from {0}", "may not INSERT")]
    public async Task A_role_that_could_change_the_audit_is_refused(string grant, string problem)
    {
        var database = await server.CreateDatabaseAsync();
        await OpenAsync(database.Connection, database.MigrationConnection);
        await database.AttackAsync(string.Format(grant, database.Name + "_runtime", database.Name + "_migrator"));
        Assert.Contains(problem, await RefusedAsync(database.Connection, null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_role_for_both_is_refused()
    {
        var database = await server.CreateDatabaseAsync();
        Assert.Contains("Use two roles", await RefusedAsync(database.MigrationConnection, database.MigrationConnection), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update qmtl_console.audit_records set line = 'x'")]
    [InlineData("delete from qmtl_console.audit_records")]
    [InlineData("truncate qmtl_console.audit_records")]
    [InlineData("drop table qmtl_console.audit_records")]
    [InlineData("alter table qmtl_console.audit_records drop column line")]
    public async Task The_database_itself_refuses_to_let_the_console_change_records(string sql)
    {
        var database = await server.CreateDatabaseAsync();
        await OpenAsync(database.Connection, database.MigrationConnection);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => PostgresServer.ExecuteAsync(database.Connection, sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_without_credentials()
    {
        var refused = await RefusedAsync("Host=127.0.0.1;Port=1;Database=d;Username=u;Password=hidden;Timeout=5", null);
        Assert.Contains("127.0.0.1:1/d", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", refused, StringComparison.Ordinal);
    }

    private protected override async Task<IDocumentStore> OpenAsync()
    {
        _database ??= await server.CreateDatabaseAsync();
        return await OpenAsync(_database.Connection, _database.MigrationConnection);
    }

    private async Task<IDocumentStore> OpenAsync(string connection, string? migration)
    {
        var database = Database(connection, migration);
        await database.OpenAsync(default);
        return new PostgresDocumentStore(database);
    }

    private async Task<string> RefusedAsync(string connection, string? migration) =>
        (await Assert.ThrowsAsync<StorageRefusedException>(() => Database(connection, migration).OpenAsync(default))).Message;

    private PostgresDatabase Database(string connection, string? migration)
    {
        var options = new OperationsStorageOptions { PostgresConnection = connection, PostgresMigrationConnection = migration };
        var database = new PostgresDatabase(Options.Create(options), NullLogger<PostgresDatabase>.Instance);
        _open.Add(database);
        return database;
    }
}
