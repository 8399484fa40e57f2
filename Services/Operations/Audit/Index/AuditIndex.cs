using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Index;

/// <summary>
/// Fields of the newest records in memory, so that any filter is answered without reading them all. Filled from the newest record backwards while
/// the console runs already, and kept up with what this and other consoles add. The records themselves are always read from the store.
/// </summary>
internal sealed class AuditIndex : IDisposable
{
    private readonly IAuditStore _store;
    private readonly ILogger<AuditIndex> _log;
    private readonly long _maxBlocks;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, IndexBlock> _blocks = new();

    // One for each 1,024 records of the whole chain: the only thing here that grows with it.
    private readonly ConcurrentDictionary<long, long> _places = new();
    private long _top;
    private long _nextPlace = -1;
    private long _oldest;
    private long _seen = long.MaxValue;
    private Task? _filling;

    public AuditIndex(IAuditStore store, IOptions<AuditOptions> options, ILogger<AuditIndex> log)
    {
        _store = store;
        _log = log;
        _maxBlocks = Math.Max(2, (options.Value.MaxIndexed / IndexBlock.Size) + 1);
    }

    /// <summary>Number of the newest record that it knows.</summary>
    public long Top => Volatile.Read(ref _top);

    /// <summary>Number of the oldest record that it holds; those below are found by reading.</summary>
    public long Oldest => Volatile.Read(ref _oldest);

    /// <summary>Whether it holds all that it may hold.</summary>
    public bool IsFilled => _filling?.IsCompleted ?? false;

    public IndexBlock? Block(long block) => _blocks.GetValueOrDefault(block);

    /// <summary>Where a block's first record is stored; -1 when that is not known, or not known yet.</summary>
    public long PlaceOf(long block) => IndexBlock.RangeOf(block).First >= Volatile.Read(ref _seen) ? _places.GetValueOrDefault(block, -1) : -1;

    /// <summary>Takes in what was added since the last call, and at the first call begins to fill.</summary>
    public async Task CatchUpAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var end = await _store.EndAsync(cancellation);
            if (_filling is null)
            {
                Volatile.Write(ref _oldest, end.Number + 1);
                Volatile.Write(ref _top, end.Number);
                _filling = Task.Run(() => FillAsync(end.Number, _closing.Token), CancellationToken.None);
                return;
            }

            if (end.Number <= _top) return;
            _nextPlace = await AddAsync(new(_top + 1, end.Number), _nextPlace, cancellation);
            Volatile.Write(ref _top, end.Number);
            Forget();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>For tests and measurements: until the older records are in.</summary>
    public async Task FilledAsync(CancellationToken cancellation)
    {
        await CatchUpAsync(cancellation);
        await _filling!.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        _closing.Cancel();
        _filling?.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(TimeSpan.FromSeconds(5));
        _closing.Dispose();
        _one.Dispose();
    }

    private async Task FillAsync(long last, CancellationToken cancellation)
    {
        try
        {
            var oldest = Math.Max(1, IndexBlock.RangeOf(Math.Max(0, IndexBlock.BlockOf(Math.Max(1, last)) - _maxBlocks + 1)).First);
            foreach (var range in _store.RangesBackwards(last))
            {
                var next = await AddAsync(range, -1, cancellation, oldest);
                await _one.WaitAsync(cancellation);
                if (range.Last == last && _nextPlace < 0) _nextPlace = next;
                _one.Release();
                Volatile.Write(ref _seen, range.First);
                Volatile.Write(ref _oldest, Math.Max(range.First, oldest));
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception problem) when (problem is AuditUnavailableException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _log.LogWarning("The index of the audit stops at record {Number}; older records are found by reading: {Problem}", Oldest, problem.Message);
        }
    }

    /// <summary>Reads a stretch and puts it in; returns where the stretch ends.</summary>
    private async Task<long> AddAsync(NumberRange range, long place, CancellationToken cancellation, long oldest = 1)
    {
        var number = range.First - 1;
        var next = place;
        await foreach (var chunk in _store.ReadAsync(range, place, cancellation))
        {
            if (chunk.IsTorn) break;
            (number, next) = Add(chunk, range, number, oldest);
            if (number >= range.Last) break;
        }

        return next;
    }

    private (long Number, long Next) Add(AuditChunk chunk, NumberRange range, long number, long oldest)
    {
        var lines = chunk.Lines.Span;
        var place = chunk.Place;
        while (lines.Length > 0)
        {
            var length = lines.IndexOf((byte)'\n');
            var line = lines[..length];
            var isRecord = AuditLine.TryRead(line, out var record) && record.Number <= range.Last;
            // A stretch may begin earlier than asked for.
            var its = isRecord ? record.Number : number + 1;
            if (isRecord || number >= range.First) number = its;
            if (its >= range.First && its <= range.Last) Put(its, place, line, its >= oldest);
            lines = lines[(length + 1)..];
            place += length + 1;
            if (number >= range.Last) break;
        }

        return (number, place);
    }

    private void Put(long number, long place, ReadOnlySpan<byte> line, bool isHeld)
    {
        var block = IndexBlock.BlockOf(number);
        _places.AddOrUpdate(block, static (_, place) => place, static (_, known, place) => Math.Min(known, place), place);
        if (isHeld) _blocks.GetOrAdd(block, static _ => new()).Put(IndexBlock.SlotOf(number), place, line);
    }

    private void Forget()
    {
        var first = IndexBlock.BlockOf(_top) - _maxBlocks + 1;
        if (first <= 0 || !IsFilled) return;
        for (var block = first - 1; _blocks.TryRemove(block, out _); block--)
        {
        }

        Volatile.Write(ref _oldest, Math.Max(_oldest, IndexBlock.RangeOf(first).First));
    }
}
