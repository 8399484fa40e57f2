using System.Threading.Channels;
using Qmtl.ControlBus.Ordering;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Spill;

/// <summary>
/// Writes the journal to disk beside the live path: the engine hands records over and never waits. One process writes to a folder. What a killed process
/// had handed over and not written is lost to the spill, milliseconds; a source with places delivers it again.
/// </summary>
internal sealed class JournalSpill : IDisposable
{
    private const int BatchBytes = 64 * 1024;

    private static readonly TimeSpan SegmentTime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Tidying = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(10);

    private readonly SpillOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<Waiting> _waiting;
    private readonly Lock _gate = new();
    private readonly FileStream? _lock;
    private readonly MemoryStream _scratch = new();
    private readonly MemoryStream _bytes = new();
    private readonly List<Waiting> _batch = [];
    private List<SpillSegment> _segments = [];
    private readonly Dictionary<(string Source, string? Topic, string Lane), LanePlace> _places = [];
    private FileStream? _open;
    private Task? _writing;
    private JournalIdentity _identity = JournalIdentity.New();
    private DateTimeOffset _tidied;
    private long _size;
    private long _newest;
    private long _lost;
    private string? _problem;
    private string? _untidy;

    public JournalSpill(SpillOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(options.Waiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        try
        {
            Directory.CreateDirectory(options.Path);
            _lock = new FileStream(Path.Combine(options.Path, "journal.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _problem = $"The folder cannot be used: {exception.Message} Another console may hold it; give each its own ControlBus:Spill:Path. Nothing is spilled.";
        }
    }

    public JournalIdentity Identity => _identity;

    public SpillStatus Status
    {
        get
        {
            lock (_gate)
            {
                var oldest = _segments.FirstOrDefault();
                return new(_options.Path, _options.Hours, _size, oldest?.First, oldest?.BegunAt, Interlocked.Read(ref _lost), _problem ?? _untidy);
            }
        }
    }

    /// <summary>Segments on disk, oldest first.</summary>
    public IReadOnlyList<SpillSegment> Segments
    {
        get
        {
            lock (_gate) return [.. _segments];
        }
    }

    /// <summary>
    /// Reads back what is on disk and fits the ring, in order, then begins to write. Call once, before the first event.
    /// </summary>
    /// <param name="capacity">Events that the ring can hold: older segments need not be read.</param>
    /// <param name="take">Gets each record.</param>
    /// <param name="damaged">Gets what could not be read, in words.</param>
    public void Open(int capacity, Action<SpillRecord> take, Action<string> damaged)
    {
        if (_lock is null) return;
        try
        {
            _segments = [.. SpillSegment.In(_options.Path)];
            _size = _segments.Sum(BytesOf);
            Tidy();
            var lastFirst = _segments.Count == 0 ? 0 : _segments[^1].First;
            for (var i = 0; i < _segments.Count; i++)
            {
                // Everything in it is older than what the ring can hold.
                if (i + 1 < _segments.Count && _segments[i + 1].First <= lastFirst - capacity) continue;
                foreach (var record in _segments[i].Read(damaged))
                {
                    Note(record);
                    take(record);
                }
            }

            _identity = JournalIdentity.Open(_options.Path, _newest);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _problem = $"What was spilled cannot be read: {exception.Message}";
            damaged(_problem);
        }

        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Hands a record over. Never waits: what does not fit is counted.</summary>
    /// <param name="first">For the name of a segment that begins here: the sequence of the next event.</param>
    public void Add(SpillRecord record, long first)
    {
        if (_writing is null || !_waiting.Writer.TryWrite(new(record, first))) Interlocked.Increment(ref _lost);
    }

    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        try
        {
            var isWritten = _writing?.Wait(Closing) ?? false;
            _open?.Dispose();
            if (isWritten && _lost == 0) (_identity with { ClosedAt = _newest }).Write(_options.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or AggregateException)
        {
            // The disk failed: the journal stays marked as not closed, and goes on under a new name.
        }

        _lock?.Dispose();
        _scratch.Dispose();
        _bytes.Dispose();
    }

    private async Task WriteAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var next))
            {
                SpillFormat.Write(_bytes, next.Record, _scratch);
                _batch.Add(next);
                if (_bytes.Length >= BatchBytes || !_waiting.Reader.TryPeek(out _)) WriteBatch();
            }
        }
    }

    /// <summary>Many records in one write, and nothing kept back: what is noted as written has left this process.</summary>
    private void WriteBatch()
    {
        try
        {
            var now = _time.GetUtcNow();
            if (_open is not null && (_open.Position >= _options.SegmentBytes || now - _segments[^1].BegunAt >= SegmentTime)) Close();
            if (_open is null) Begin(_batch[0].First, now);
            Append(_bytes);
            foreach (var next in _batch) Note(next.Record);
            if (_problem is not null) SetProblem(null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Failed(exception);
        }

        _batch.Clear();
        _bytes.SetLength(0);
        if (_time.GetUtcNow() - _tidied >= Tidying) TryTidy();
    }

    /// <summary>All of it or nothing: half a record at the end would be damage to whoever reads it, and hold the last of a full disk.</summary>
    private void Append(MemoryStream bytes)
    {
        var whole = _open!.Position;
        try
        {
            _open.Write(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (IOException)
        {
            CutBack(whole);
            throw;
        }

        lock (_gate) _size += bytes.Length;
    }

    private void CutBack(long whole)
    {
        try
        {
            _open!.SetLength(whole);
        }
        catch (IOException)
        {
            // It stays behind with half a record at its end; the next record begins a segment of its own.
            Close();
        }
    }

    private void Close()
    {
        _open?.Dispose();
        _open = null;
    }

    /// <summary>The newest sequence and places that are on disk. Never ahead of it: what a killed process had not written must be delivered again.</summary>
    private void Note(SpillRecord record)
    {
        switch (record)
        {
            case SpillRecord.Added { Journalled.Event: var added }:
                _newest = added.Sequence;
                NotePlace(added);
                break;
            case SpillRecord.Changed changed:
                NotePlace(changed.Delivery);
                break;
            case SpillRecord.Place place:
                NotePlace((place.Source, place.Topic, place.Lane), place.At);
                break;
            case SpillRecord.StartedOver over:
                foreach (var lane in _places.Keys.Where(lane => lane.Source == over.Source && lane.Topic == over.Topic).ToArray()) _places.Remove(lane);
                break;
        }
    }

    private void NotePlace(ControlEvent delivery)
    {
        if (Position.Parse(delivery.Position) is { } at) NotePlace((delivery.Source, delivery.Topic, at.Lane), new(at.Major, at.Minor, delivery.BrokerTime));
    }

    /// <summary>Forward only: the head of a segment that was begun after a failure can be behind what reached the disk of the one before.</summary>
    private void NotePlace((string Source, string? Topic, string Lane) lane, LanePlace place)
    {
        if (!_places.TryGetValue(lane, out var known) || place.IsAfter(known)) _places[lane] = place;
    }

    private void Failed(Exception exception)
    {
        Interlocked.Add(ref _lost, _batch.Count);
        SetProblem($"Events are not spilled: {exception.Message} It is tried again with the next event; the journal in memory is whole.");
    }

    private void Begin(long first, DateTimeOffset now)
    {
        var file = Path.Combine(_options.Path, SpillSegment.NameOf(now, first));
        // The same second and sequence, after a failure: never over what is there.
        for (var tick = now; File.Exists(file);) file = Path.Combine(_options.Path, SpillSegment.NameOf(tick = tick.AddSeconds(1), first));
        _open = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            using var head = new MemoryStream();
            foreach (var (lane, place) in _places) SpillFormat.Write(head, new SpillRecord.Place(lane.Source, lane.Topic, lane.Lane, place), _scratch);
            Append(head);
        }
        catch (IOException)
        {
            // No segment without its head, and on a full disk no pile of empty files.
            Close();
            File.Delete(file);
            throw;
        }

        lock (_gate) _segments.Add(new(file, now, first));
    }

    /// <summary>Deletes segments that are older than the hours, or that are too many for the bound of bytes. The newest stays.</summary>
    private void Tidy()
    {
        _tidied = _time.GetUtcNow();
        lock (_gate)
        {
            // A segment ends where the next begins: it goes when its newest event is too old.
            while (_segments.Count > 1 && (_size > _options.Bytes || _tidied - _segments[1].BegunAt > TimeSpan.FromHours(_options.Hours)))
            {
                var bytes = BytesOf(_segments[0]);
                File.Delete(_segments[0].File);
                _size -= bytes;
                _segments.RemoveAt(0);
            }
        }
    }

    /// <summary>What cannot be deleted loses no event: it is told, and tried again.</summary>
    private void TryTidy()
    {
        string? untidy = null;
        try
        {
            Tidy();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            untidy = $"Old segments cannot be deleted: {exception.Message} It is tried again every minute; new events are spilled.";
        }

        lock (_gate) _untidy = untidy;
    }

    private void SetProblem(string? problem)
    {
        lock (_gate) _problem = problem;
    }

    private static long BytesOf(SpillSegment segment)
    {
        var file = new FileInfo(segment.File);
        return file.Exists ? file.Length : 0;
    }

    private readonly record struct Waiting(SpillRecord Record, long First);
}
