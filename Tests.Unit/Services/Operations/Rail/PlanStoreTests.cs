using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Operations.Storage.InMemory;

namespace Qmtl.Tests.Operations;

public sealed class InMemoryPlanTests : PlanContract
{
    private protected override Task<IDocumentStore> OpenAsync() => Task.FromResult<IDocumentStore>(new InMemoryDocumentStore(TimeProvider.System));
}

public sealed class InMemoryJobTests : JobContract
{
    private protected override Task<IDocumentStore> OpenAsync() => Task.FromResult<IDocumentStore>(new InMemoryDocumentStore(TimeProvider.System));
}

/// <summary>Opens a file store in a folder of its own.</summary>
internal sealed class FileStoreOfTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-rail-tests-").FullName;
    private readonly List<(FileDocumentStore Store, StorageLock Lock)> _open = [];

    public async Task<IDocumentStore> OpenAsync()
    {
        var storageLock = new StorageLock(_folder);
        var store = new FileDocumentStore(Options.Create(new OperationsStorageOptions { Folder = _folder }), storageLock, TimeProvider.System, NullLogger<FileDocumentStore>.Instance);
        _open.Add((store, storageLock));
        await store.OpenAsync(default);
        return store;
    }

    public async Task CloseAsync()
    {
        foreach (var (store, storageLock) in _open)
        {
            await store.DisposeAsync();
            storageLock.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

public sealed class FilePlanTests : PlanContract, IAsyncLifetime
{
    private readonly FileStoreOfTest _store = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _store.CloseAsync();

    private protected override Task<IDocumentStore> OpenAsync() => _store.OpenAsync();
}

public sealed class FileJobTests : JobContract, IAsyncLifetime
{
    private readonly FileStoreOfTest _store = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _store.CloseAsync();

    private protected override Task<IDocumentStore> OpenAsync() => _store.OpenAsync();
}
