using System.Buffers;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Storage.InMemory;

namespace Qmtl.Operations.Storage.Files;

/// <summary>
/// Documents in one append-only file, <c>console/documents.journal</c> under <c>Storage:Path</c>, all in memory while the process runs. Commits
/// that wait at the same time share one write and one sync; what is read has always been on the disk before.
/// </summary>
internal sealed class FileDocumentStore : IDocumentStore, IStorageOpening, IAsyncDisposable
{
    private readonly OperationsStorageOptions _options;
    private readonly StorageLock _storageLock;
    private readonly ILogger<FileDocumentStore> _log;
    private readonly InMemoryDocumentStore _documents;
    private readonly Channel<Waiting> _waiting;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private FileStream? _file;
    private Task? _writer;
    private bool _doubtful;

    public FileDocumentStore(IOptions<OperationsStorageOptions> options, StorageLock storageLock, TimeProvider time, ILogger<FileDocumentStore> log)
    {
        _options = options.Value;
        _storageLock = storageLock;
        _log = log;
        _documents = new(time);
        _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(_options.MaxWaitingCommits) { SingleReader = true });
        Path = System.IO.Path.Combine(_options.Folder, "console", "documents.journal");
    }

    public string Path { get; }

    public bool IsShared => false;

    /// <summary>Takes the lock, reads the file and rewrites it without what is out of date.</summary>
    /// <exception cref="StorageRefusedException">Another process holds the files, or they are damaged.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (_writer is not null) return;
        await _opening.WaitAsync(cancellation);
        try
        {
            if (_writer is not null) return;
            _storageLock.Take();
            try
            {
                Load();
                Compact();
                _file = new FileStream(Path, DurableFiles.Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read));
                _file.Position = _file.Length;
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new StorageRefusedException($"{Path} cannot be read or written: {problem.Message}");
            }

            _writer = Task.Run(WriteAsync, CancellationToken.None);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async Task<StoredDocument?> FindAsync(string kind, string id, CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        return await _documents.FindAsync(kind, id, cancellation);
    }

    public async Task<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        return await _documents.ListAsync(query, cancellation);
    }

    public async Task<long> CountAsync(string kind, string? label, CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        return await _documents.CountAsync(kind, label, cancellation);
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => _documents.NowAsync(cancellation);

    public async Task<bool> CommitAsync(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation)
    {
        DocumentRules.Check(writes);
        await OpenAsync(cancellation);
        var waiting = new Waiting([.. writes]);
        try
        {
            await _waiting.Writer.WriteAsync(waiting, cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new StorageUnavailableException("The console's store is closed: the console is stopping. Nothing was written.");
        }

        // Not cancelled from here on: it may be on its way to the disk.
        return await waiting.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        if (_writer is not null) await _writer;
        if (_file is not null) await _file.DisposeAsync();
        _opening.Dispose();
    }

    private async Task WriteAsync()
    {
        var batch = new List<Waiting>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < 1_000 && _waiting.Reader.TryRead(out var next)) batch.Add(next);
            try
            {
                WriteBatch(batch);
            }
            catch (Exception problem)
            {
                foreach (var waiting in batch) waiting.Done.TrySetException(new StorageUnavailableException($"{Path} cannot be written: {problem.Message} Nothing was written.", problem));
                if (problem is not (IOException or UnauthorizedAccessException)) _log.LogError(problem, "A commit to {Path} failed", Path);
            }
        }
    }

    private void WriteBatch(List<Waiting> batch)
    {
        // A commit sees what those before it in the same batch will have written.
        var versions = new Dictionary<(string Kind, string Id), long>();
        var lines = new ArrayBufferWriter<byte>();
        var taken = new List<Waiting>(batch.Count);
        long documents = _documents.Count, characters = _documents.Characters;
        foreach (var waiting in batch)
        {
            if (waiting.Writes.Any(write => (versions.TryGetValue((write.Kind, write.Id), out var version) ? version : _documents.VersionOf(write.Kind, write.Id)) != write.ExpectedVersion))
            {
                waiting.IsRefused = true;
                continue;
            }

            documents += waiting.Writes.Count(write => write.Body is not null && write.ExpectedVersion == 0);
            characters += waiting.Writes.Sum(write => (long)(write.Body?.Length ?? 0));
            if (waiting.Writes.Any(write => write.Body is not null) && Full(documents, characters) is { } full)
            {
                waiting.Done.TrySetException(new StorageUnavailableException(full));
                continue;
            }

            foreach (var write in waiting.Writes) versions[(write.Kind, write.Id)] = write.Body is null ? 0 : write.ExpectedVersion + 1;
            DocumentJournal.Write(lines, waiting.Writes);
            taken.Add(waiting);
        }

        if (taken.Count > 0) Append(lines.WrittenSpan);
        foreach (var waiting in taken) _documents.Restore(waiting.Writes);
        foreach (var waiting in batch) waiting.Done.TrySetResult(!waiting.IsRefused);
    }

    private string? Full(long documents, long characters)
    {
        if (documents > _options.MaxDocuments) return string.Create(CultureInfo.InvariantCulture, $"The console's store holds {_options.MaxDocuments:N0} documents, its bound. Set Postgres:Connection for more. Nothing was written.");
        return characters > _options.MaxDocumentCharacters
            ? string.Create(CultureInfo.InvariantCulture, $"The console's store holds {_options.MaxDocumentCharacters:N0} characters, its bound. Set Postgres:Connection for more. Nothing was written.")
            : null;
    }

    private void Append(ReadOnlySpan<byte> lines)
    {
        var file = _file!;
        if (_doubtful) throw new IOException("An earlier write failed and could not be taken back; restart the console when the disk is well.");
        var before = file.Position;
        try
        {
            file.Write(lines);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            // What is half there must not be read as a torn line in the middle later.
            try
            {
                file.SetLength(before);
                file.Position = before;
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                _doubtful = true;
            }

            throw;
        }
    }

    private void Load()
    {
        if (!File.Exists(Path)) return;
        var number = 0L;
        foreach (var (line, isWhole) in LineFile.Read(Path))
        {
            number++;
            var writes = DocumentJournal.Read(line.Span);
            if (writes is not null && isWhole)
            {
                _documents.Restore(writes);
            }
            else if (!isWhole)
            {
                _log.LogWarning("The last line of {Path} is not whole: the console was stopped while it wrote. That commit was never reported as done; it is left out.", Path);
            }
            else
            {
                throw new StorageRefusedException(string.Create(CultureInfo.InvariantCulture, $"Line {number} of {Path} is damaged: accounts and plans could be out of date if it were left out. Restore the file from a backup, or move it away to begin anew."));
            }
        }
    }

    /// <summary>Rewrites the file with one line for each document, beside it, and puts it in place in one step.</summary>
    private void Compact()
    {
        if (!File.Exists(Path)) return;
        var unfinished = Path + ".part";
        using (var stream = new FileStream(unfinished, DurableFiles.Options(FileMode.Create, FileAccess.Write, FileShare.None)))
        {
            var lines = new ArrayBufferWriter<byte>();
            foreach (var document in _documents.All())
            {
                DocumentJournal.Write(lines, [new(document.Kind, document.Id, document.Version - 1, document.Body, document.Labels, document.Order)]);
                if (lines.WrittenCount < 1 << 20) continue;
                stream.Write(lines.WrittenSpan);
                lines.ResetWrittenCount();
            }

            stream.Write(lines.WrittenSpan);
            stream.Flush(flushToDisk: true);
        }

        DurableFiles.Rename(unfinished, Path);
    }

    private sealed class Waiting(DocumentWrite[] writes)
    {
        public DocumentWrite[] Writes { get; } = writes;

        public bool IsRefused { get; set; }

        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
