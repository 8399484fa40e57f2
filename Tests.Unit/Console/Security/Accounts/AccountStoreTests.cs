using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Operations.Storage.InMemory;

namespace Qmtl.Tests.Operations;

public sealed class InMemoryAccountTests : AccountsContract
{
    private protected override Task<IDocumentStore> OpenAsync() => Task.FromResult<IDocumentStore>(new InMemoryDocumentStore(TimeProvider.System));
}

#pragma warning disable CA1001 // xunit disposes it through IAsyncLifetime.
public sealed class FileAccountTests : AccountsContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;
    private FileDocumentStore _store = null!;
    private StorageLock _lock = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _store.DisposeAsync();
        _lock.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private protected override Task<IDocumentStore> OpenAsync()
    {
        _lock = new StorageLock(_folder);
        _store = new FileDocumentStore(Options.Create(new OperationsStorageOptions { Folder = _folder }), _lock, TimeProvider.System, NullLogger<FileDocumentStore>.Instance);
        return Task.FromResult<IDocumentStore>(_store);
    }
}
