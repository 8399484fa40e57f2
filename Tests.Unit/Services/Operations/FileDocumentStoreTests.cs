using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Operations.Storage.InMemory;

namespace Qmtl.Tests.Operations;

public sealed class InMemoryDocumentStoreTests : DocumentStoreContract
{
    private protected override Task<IDocumentStore> OpenAsync() => Task.FromResult<IDocumentStore>(new InMemoryDocumentStore(TimeProvider.System));
}

public sealed class FileDocumentStoreTests : DocumentStoreContract, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;
    private readonly List<(FileDocumentStore Store, StorageLock Lock)> _open = [];

    private string Journal => Path.Combine(_folder, "console", "documents.journal");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Documents_are_there_after_a_restart_with_their_versions()
    {
        var store = await OpenAsync();
        for (var version = 0; version < 5; version++) await store.CommitAsync([new("plan", "p", version, $"{{\"v\":{version}}}", ["l"], "o")], default);
        await store.CommitAsync([new("plan", "gone", 0, "1", [])], default);
        await store.CommitAsync([new("plan", "gone", 1, null, [])], default);
        await CloseAsync();
        Assert.Equal(7, File.ReadAllLines(Journal).Length);

        store = await OpenAsync();
        var found = await store.FindAsync("plan", "p", default);
        Assert.Equal((5, "{\"v\":4}", "o"), (found!.Version, found.Body, found.Order));
        Assert.Equal(["l"], found.Labels);
        Assert.Null(await store.FindAsync("plan", "gone", default));
        Assert.Single(File.ReadAllLines(Journal));
        Assert.False(File.Exists(Journal + ".part"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(60)]
    public async Task A_torn_last_line_is_left_out_and_the_rest_is_there(int cut)
    {
        var store = await OpenAsync();
        await store.CommitAsync([new("plan", "a", 0, "{\"first\":true}", [])], default);
        await store.CommitAsync([new("plan", "a", 1, "{\"second\":true,\"more\":\"0123456789012345678901234567890\"}", [])], default);
        await CloseAsync();
        using (var file = new FileStream(Journal, FileMode.Open)) file.SetLength(file.Length - cut);

        store = await OpenAsync();
        Assert.Equal("{\"first\":true}", (await store.FindAsync("plan", "a", default))!.Body);
        Assert.True(await store.CommitAsync([new("plan", "a", 1, "{}", [])], default));
    }

    [Fact]
    public async Task A_damaged_line_stops_the_start_and_is_named()
    {
        var store = await OpenAsync();
        await store.CommitAsync([new("plan", "a", 0, "{\"x\":1}", [])], default);
        await store.CommitAsync([new("plan", "b", 0, "{\"x\":2}", [])], default);
        await CloseAsync();
        var bytes = File.ReadAllBytes(Journal);
        bytes[Encoding.UTF8.GetString(bytes).IndexOf("x\\\":1", StringComparison.Ordinal) + 4] = (byte)'7';
        File.WriteAllBytes(Journal, bytes);

        var refused = await Assert.ThrowsAsync<StorageRefusedException>(OpenAsync);
        Assert.Contains($"Line 1 of {Journal} is damaged", refused.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(Journal));
    }

    [Fact]
    public async Task A_second_user_of_the_same_files_is_refused_by_name()
    {
        await OpenAsync();
        var refused = await Assert.ThrowsAsync<StorageRefusedException>(OpenAsync);
        Assert.Contains(Path.Combine(_folder, "console", "lock"), refused.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        await CloseAsync();
        Assert.Null(StorageLock.Holder(StorageLock.PathIn(_folder)));
        await OpenAsync();
    }

    [Fact]
    public async Task The_files_are_for_their_owner_alone()
    {
        var store = await OpenAsync();
        await store.CommitAsync([new("plan", "a", 0, "{}", [])], default);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Journal));
    }

    [Fact]
    public async Task The_store_has_a_bound()
    {
        var store = await OpenAsync(new OperationsStorageOptions { Folder = _folder, MaxDocuments = 2 });
        Assert.True(await store.CommitAsync([new("a", "1", 0, "1", []), new("a", "2", 0, "1", [])], default));
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => store.CommitAsync([new("a", "3", 0, "1", [])], default));
        Assert.Contains("2 documents", refused.Message, StringComparison.Ordinal);
        Assert.True(await store.CommitAsync([new("a", "1", 1, null, [])], default));
        Assert.True(await store.CommitAsync([new("a", "3", 0, "1", [])], default));
    }

    private protected override Task<IDocumentStore> OpenAsync() => OpenAsync(new OperationsStorageOptions { Folder = _folder });

    private async Task<IDocumentStore> OpenAsync(OperationsStorageOptions options)
    {
        var storageLock = new StorageLock(_folder);
        var store = new FileDocumentStore(Options.Create(options), storageLock, TimeProvider.System, NullLogger<FileDocumentStore>.Instance);
        try
        {
            await store.OpenAsync(default);
        }
        catch
        {
            await store.DisposeAsync();
            storageLock.Dispose();
            throw;
        }

        _open.Add((store, storageLock));
        return store;
    }

    private async Task CloseAsync()
    {
        foreach (var (store, storageLock) in _open)
        {
            await store.DisposeAsync();
            storageLock.Dispose();
        }

        _open.Clear();
    }
}
