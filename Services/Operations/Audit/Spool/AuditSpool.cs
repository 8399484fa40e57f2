using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Spool;

/// <summary>Keeps records on the local disk while the audit cannot be written, and writes them to it, with their times, when it can.</summary>
internal sealed class AuditSpool : IAuditSpool, IStorageOpening, IDisposable
{
    private readonly AuditOptions _options;
    private readonly AuditLog _audit;
    private readonly IAuditStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditSpool> _log;
    private readonly string _folder;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly List<SpoolFile> _left = [];
    private SpoolFile? _own;
    private long _count;

    public AuditSpool(IOptions<AuditOptions> options, IOptions<OperationsStorageOptions> storage, AuditLog audit, IAuditStore store, TimeProvider time, ILogger<AuditSpool> log)
    {
        _options = options.Value;
        _audit = audit;
        _store = store;
        _time = time;
        _log = log;
        _folder = Path.Combine(storage.Value.Folder, "audit-spool");
    }

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Makes the file, and takes over those of processes that are gone.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (_own is not null) return;
            if (Directory.Exists(_folder))
            {
                foreach (var path in Directory.EnumerateFiles(_folder, "spool-*.jsonl"))
                {
                    if (SpoolFile.TryAdopt(path) is { } left) _left.Add(left);
                }
            }

            _own = SpoolFile.Create(_folder, _options.ReservedSpoolBytes);
            CountAgain();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException($"The audit's spool in {_folder} cannot be made: {problem.Message} It is needed for outcomes that the audit cannot take. Make Storage:Path writable.");
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(records);
        await OpenAsync(cancellation);
        await _one.WaitAsync(cancellation);
        try
        {
            _own!.Append(records, _options.MaxSpoolBytes);
            CountAgain();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new AuditUnavailableException($"The audit's spool {_own!.Path} cannot be written: {problem.Message}", problem);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Writes what waits to the audit. Returns whether nothing waits any more.</summary>
    public async Task<bool> ReplayAsync(CancellationToken cancellation)
    {
        if (_own is null) return true;
        await _one.WaitAsync(cancellation);
        try
        {
            foreach (var left in _left.ToArray())
            {
                // That process may have ended between writing to the audit and emptying its spool.
                if (left.Records.Count > 0 && !await IsRecordedAsync(left.Id, cancellation)) await StoreAsync(left, cancellation);
                left.Delete();
                _left.Remove(left);
                CountAgain();
            }

            if (_own.Records.Count > 0)
            {
                await StoreAsync(_own, cancellation);
                _own.Clear();
                CountAgain();
            }

            return true;
        }
        catch (Exception problem) when (problem is AuditUnavailableException or IOException or UnauthorizedAccessException)
        {
            _log.LogWarning("{Count} audit records wait in {Folder}: {Problem}", Count, _folder, problem.Message);
            return false;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        foreach (var left in _left) left.Dispose();
        if (_own is { Records.Count: 0 } empty)
        {
            empty.Delete();
        }
        else
        {
            _own?.Dispose();
        }

        _one.Dispose();
    }

    private Task StoreAsync(SpoolFile spool, CancellationToken cancellation)
    {
        var unreadable = spool.Unreadable == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {spool.Unreadable} more could not be read.");
        var note = AuditRecord.Of(Caller.Console, _time.GetUtcNow(), AuditPhase.Event, AuditActions.Spool, spool.Id, "done") with
        {
            Planned = spool.Records.Count + spool.Unreadable,
            Done = spool.Records.Count,
            Detail = string.Create(CultureInfo.InvariantCulture, $"The next {spool.Records.Count} record(s) happened while the audit could not be written, {spool.Records.Min(record => record.At):u} to {spool.Records.Max(record => record.At):u}, and waited in the spool.{unreadable}"),
        };
        return _audit.StoreAsync([note, .. spool.Records], cancellation);
    }

    /// <summary>Whether a filling of the spool is in the audit: looked for among the newest records.</summary>
    private async Task<bool> IsRecordedAsync(string id, CancellationToken cancellation)
    {
        var needle = System.Text.Encoding.ASCII.GetBytes(id);
        var end = await _store.EndAsync(cancellation);
        await foreach (var chunk in _store.ReadAsync(new(Math.Max(1, end.Number - 100_000), end.Number), -1, cancellation))
        {
            if (chunk.Lines.Span.IndexOf(needle) >= 0) return true;
        }

        return false;
    }

    private void CountAgain() => Interlocked.Exchange(ref _count, (_own?.Records.Count ?? 0) + _left.Sum(left => left.Records.Count));
}
