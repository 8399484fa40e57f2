using System.Collections.Concurrent;
using System.Globalization;
using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>
/// Writes denials to the audit: the first twenty a minute of an address one by one, the others of that minute as one record with their number. So
/// nobody can fill the audit by asking for what he may not have.
/// </summary>
public sealed class DenialLog(IServiceProvider services, TimeProvider time, ILogger<DenialLog> log) : IAsyncDisposable
{
    /// <summary>Denials a minute and address that are written one by one.</summary>
    public const int OneByOne = 20;

    /// <summary>Addresses that are told apart; the others are counted together.</summary>
    public const int MaxAddresses = 4_096;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly string Others = "other addresses";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Minute> _minutes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<AuditRecord> _due = new();
    private ITimer? _timer;

    /// <summary>Records a denial. Never throws: what was denied stays denied, whatever becomes of its record.</summary>
    public async ValueTask RecordAsync(AuditRecord denial, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(denial);
        var now = time.GetUtcNow();
        bool single;
        lock (_lock)
        {
            _timer ??= time.CreateTimer(_ => _ = FlushAsync(), null, Window, Window);
            Close(now);
            var key = denial.Address ?? denial.Actor;
            if (!_minutes.ContainsKey(key) && _minutes.Count >= MaxAddresses) key = Others;
            if (!_minutes.TryGetValue(key, out var minute)) _minutes[key] = minute = new(key, now, denial);
            single = ++minute.Count <= OneByOne;
        }

        if (single) await WriteAsync([denial], cancellation);
        await WriteDueAsync();
    }

    /// <summary>Writes the sums of minutes that are over.</summary>
    public async Task FlushAsync()
    {
        lock (_lock) Close(time.GetUtcNow());
        await WriteDueAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync();
        lock (_lock) Close(DateTimeOffset.MaxValue);
        await WriteDueAsync();
    }

    private void Close(DateTimeOffset now)
    {
        foreach (var minute in _minutes.Values.Where(minute => now - minute.Began >= Window).ToArray())
        {
            _minutes.Remove(minute.Key);
            if (minute.Count > OneByOne) _due.Enqueue(minute.Sum(time.GetUtcNow()));
        }
    }

    private async Task WriteDueAsync()
    {
        var records = new List<AuditRecord>();
        while (_due.TryDequeue(out var record)) records.Add(record);
        if (records.Count > 0) await WriteAsync(records, CancellationToken.None);
    }

    private async Task WriteAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation)
    {
        try
        {
            // Asked for late: the audit itself may ask who may read it.
            if (services.GetService<IAuditLog>() is not { } audit) return;
            try
            {
                await audit.AppendAsync(records, cancellation);
            }
            catch (AuditUnavailableException) when (services.GetService<IAuditSpool>() is { } spool)
            {
                await spool.AppendAsync(records, cancellation);
            }
        }
#pragma warning disable CA1031 // The refusal is answered all the same; the log of the process is the last place to say it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            foreach (var record in records) log.LogError(exception, "A denial could not be recorded: {Actor} from {Address}, {Action} on {Target}: {Detail}", record.Actor, record.Address, record.Action, record.Target, record.Detail);
        }
    }

    private sealed class Minute(string key, DateTimeOffset began, AuditRecord first)
    {
        public string Key { get; } = key;

        public DateTimeOffset Began { get; } = began;

        public int Count { get; set; }

        public AuditRecord Sum(DateTimeOffset now) => new()
        {
            At = now,
            Phase = AuditPhase.Denied,
            Action = "denials",
            Outcome = "denied",
            Actor = first.Actor,
            ActorName = first.ActorName,
            ActorKind = first.ActorKind,
            Address = first.Address is null ? null : Key,
            Target = Key,
            Planned = Count - OneByOne,
            Detail = string.Create(CultureInfo.InvariantCulture, $"{Count - OneByOne:N0} more denials of {Key} since {Began:HH:mm:ss} UTC; only the first {OneByOne} were recorded one by one."),
        };
    }
}
