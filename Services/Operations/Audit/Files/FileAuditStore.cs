using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Files;

/// <summary>
/// The audit as JSON Lines in <c>audit/</c> under <c>Storage:Path</c>, cut into segments that are chained to each other. The lock of the console's
/// files makes this process the only writer; a reader may look beside it.
/// </summary>
internal sealed class FileAuditStore : IAuditStore, IAsyncDisposable
{
    private readonly AuditOptions _options;
    private readonly StorageLock? _storageLock;
    private readonly Func<AuditKeys> _keys;
    private readonly SemaphoreSlim _one = new(1, 1);
    private List<AuditSegment> _segments = [];
    private FileStream? _file;
    private ChainEnd? _end;
    private bool _needsLineEnd;

    /// <param name="storageLock">Null: only reads.</param>
    public FileAuditStore(IOptions<AuditOptions> options, IOptions<OperationsStorageOptions> storage, StorageLock? storageLock, Func<AuditKeys> keys)
    {
        _options = options.Value;
        _storageLock = storageLock;
        _keys = keys;
        Place = Path.Combine(storage.Value.Folder, "audit");
    }

    public string Name => "files";

    public string Place { get; }

    public async Task OpenAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (_end is not null) return;
            if (_storageLock is not null)
            {
                _storageLock.Take();
                DurableFiles.CreateFolder(Place);
            }

            _segments = AuditSegment.List(Place);
            _end = SegmentEnd.Find(_segments, _keys(), out _needsLineEnd);
            if (_storageLock is null) _segments.RemoveAll(segment => segment.Length == 0);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException($"The audit in {Place} cannot be read or written: {problem.Message}");
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<ChainLines> AppendAsync(Func<ChainEnd, ChainLines> compose, CancellationToken cancellation)
    {
        if (_storageLock is null) throw new InvalidOperationException("This audit is only read.");
        await OpenAsync(cancellation);
        await _one.WaitAsync(cancellation);
        try
        {
            var lines = compose(EndOnDisk());
            Write(lines);
            _end = lines.End;
            return lines;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new AuditUnavailableException($"The audit in {Place} cannot be written: {problem.Message}", problem);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<ChainEnd> EndAsync(CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        return _end!;
    }

    public IReadOnlyList<NumberRange> RangesBackwards(long last)
    {
        var segments = Volatile.Read(ref _segments);
        var ranges = new List<NumberRange>(segments.Count);
        for (var index = segments.Count - 1; index >= 0; index--)
        {
            var end = index + 1 < segments.Count ? segments[index + 1].First - 1 : last;
            end = Math.Min(end, last);
            if (segments[index].First <= end) ranges.Add(new(segments[index].First, end));
        }

        return ranges;
    }

    public async IAsyncEnumerable<AuditChunk> ReadAsync(NumberRange range, long place, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        var segments = Volatile.Read(ref _segments);
        for (var index = 0; index < segments.Count; index++)
        {
            if (segments[index].First > range.Last) yield break;
            if (index + 1 < segments.Count && segments[index + 1].First <= range.First) continue;
            if (place >= 0 && index < place >> 32) continue;
            var from = place >= 0 && index == place >> 32 ? place & uint.MaxValue : 0;
            await foreach (var chunk in ReadAsync(segments[index], index, from, cancellation)) yield return chunk;
        }
    }

    public async Task<IReadOnlyList<byte[]?>> FetchAsync(IReadOnlyList<AuditPosition> positions, CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        var lines = new byte[]?[positions.Count];
        var segments = Volatile.Read(ref _segments);
        var window = new ReadWindow();
        foreach (var group in Enumerable.Range(0, positions.Count).GroupBy(index => (int)(positions[index].Place >> 32)))
        {
            if (group.Key < 0 || group.Key >= segments.Count) continue;
            using var handle = File.OpenHandle(segments[group.Key].Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            window.Open(handle);
            foreach (var index in group)
            {
                cancellation.ThrowIfCancellationRequested();
                lines[index] = window.Line(positions[index].Place & uint.MaxValue);
            }
        }

        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null) await _file.DisposeAsync();
        _one.Dispose();
    }

    private static async IAsyncEnumerable<AuditChunk> ReadAsync(AuditSegment segment, int index, long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var handle = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        var held = 0;
        var offset = from;
        while (true)
        {
            // Only what is durable: behind it a write may be under way.
            var wanted = (int)Math.Min(buffer.Length - held, segment.Length - offset - held);
            var read = wanted <= 0 ? 0 : await RandomAccess.ReadAsync(handle, buffer.AsMemory(held, wanted), offset + held, cancellation);
            held += read;
            if (read == 0) break;
            var end = buffer.AsSpan(0, held).LastIndexOf((byte)'\n') + 1;
            if (end == 0)
            {
                if (held == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                continue;
            }

            yield return new(buffer.AsMemory(0, end), segment.Name, ((long)index << 32) | offset);
            buffer.AsSpan(end, held - end).CopyTo(buffer);
            held -= end;
            offset += end;
        }

        if (held > 0) yield return new(buffer.AsMemory(0, held), segment.Name, ((long)index << 32) | offset, IsTorn: true);
    }

    /// <summary>The end as this process left it; found anew when the file is not as it was left.</summary>
    private ChainEnd EndOnDisk()
    {
        if (_segments.Count == 0) return _end!;
        var last = _segments[^1];
        var length = File.Exists(last.Path) ? new FileInfo(last.Path).Length : -1;
        if (length == last.Length) return _end!;

        _file?.Dispose();
        _file = null;
        var detail = string.Create(CultureInfo.InvariantCulture, $"{last.Name} was changed by something else while the console ran: {last.Length} bytes were written, {(length < 0 ? "it is gone" : $"{length} were found")}. Record {_end!.Number} was the last.");
        var segments = AuditSegment.List(Place);
        var found = SegmentEnd.Find(segments, _keys(), out _needsLineEnd);
        Volatile.Write(ref _segments, segments);
        // What this process wrote was there: its numbers are not given again, so that the gap shows.
        var known = _end.Number > found.Number ? found with { Number = _end.Number, Mac = _end.Mac, KeyId = _end.KeyId } : found;
        return _end = known with { Trouble = new(AuditActions.Break, detail) };
    }

    private void Write(ChainLines lines)
    {
        var before = _segments.Count == 0 ? 0 : _segments[^1].Length;
        if (_segments.Count == 0 || (before > 0 && before + lines.Bytes.Length > _options.SegmentBytes) || !File.Exists(_segments[^1].Path))
        {
            NewSegment(lines.First);
            before = 0;
        }

        var segment = _segments[^1];
        _file ??= new FileStream(segment.Path, DurableFiles.Options(FileMode.Open, FileAccess.Write, FileShare.Read));
        var position = before;
        try
        {
            if (_needsLineEnd && before > 0)
            {
                RandomAccess.Write(_file.SafeFileHandle, "\n"u8, position);
                position++;
            }

            RandomAccess.Write(_file.SafeFileHandle, lines.Bytes.Span, position);
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }
        catch
        {
            TakeBack(_file, before);
            throw;
        }

        segment.Length = position + lines.Bytes.Length;
        _needsLineEnd = false;
    }

    /// <summary>Takes away what a failed write left half. Where that fails too, the next append finds another length and looks anew.</summary>
    private static void TakeBack(FileStream file, long length)
    {
        try
        {
            RandomAccess.SetLength(file.SafeFileHandle, length);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }
        catch (IOException)
        {
        }
    }

    private void NewSegment(long first)
    {
        if (_needsLineEnd && _file is null && _segments.Count > 0 && File.Exists(_segments[^1].Path))
        {
            using var torn = new FileStream(_segments[^1].Path, DurableFiles.Options(FileMode.Append, FileAccess.Write, FileShare.Read));
            torn.Write("\n"u8);
            torn.Flush(flushToDisk: true);
            _segments[^1].Length = torn.Length;
        }

        _needsLineEnd = false;
        var segment = AuditSegment.At(Place, first);
        var file = new FileStream(segment.Path, DurableFiles.Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read));
        DurableFiles.SyncFolder(Place);
        _file?.Dispose();
        _file = file;
        segment.Length = file.Length;
        // Swapped whole: readers go through the list while it grows. An empty one of a write that failed is taken again.
        Volatile.Write(ref _segments, [.. _segments.Where(other => other.Path != segment.Path), segment]);
    }
}
