using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Postgres;
using Qmtl.Tests.Integration.Support;
using Qmtl.Tests.Operations;

namespace Qmtl.Tests.Integration.Operations;

/// <summary>Opens the store of one test.</summary>
internal sealed class PostgresStoreOfTest(PostgresServer server)
{
    private readonly List<PostgresDatabase> _open = [];

    public async Task<IDocumentStore> OpenAsync()
    {
        var database = await server.CreateDatabaseAsync();
        var options = new OperationsStorageOptions { PostgresConnection = database.Connection, PostgresMigrationConnection = database.MigrationConnection };
        var opened = new PostgresDatabase(Options.Create(options), NullLogger<PostgresDatabase>.Instance);
        _open.Add(opened);
        await opened.OpenAsync(default);
        return new PostgresDocumentStore(opened);
    }

    public async Task CloseAsync()
    {
        foreach (var database in _open) await database.DisposeAsync();
    }
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresPlanTests(PostgresServer server) : PlanContract, IAsyncLifetime
{
    private readonly PostgresStoreOfTest _store = new(server);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _store.CloseAsync();

    private protected override Task<IDocumentStore> OpenAsync() => _store.OpenAsync();
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresJobTests(PostgresServer server) : JobContract, IAsyncLifetime
{
    private readonly PostgresStoreOfTest _store = new(server);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _store.CloseAsync();

    private protected override Task<IDocumentStore> OpenAsync() => _store.OpenAsync();
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresAccountTests(PostgresServer server) : AccountsContract
{
    private readonly PostgresStoreOfTest _store = new(server);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _store.CloseAsync();
    }

    private protected override Task<IDocumentStore> OpenAsync() => _store.OpenAsync();
}
