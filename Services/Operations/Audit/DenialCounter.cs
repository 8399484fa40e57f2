using System.Globalization;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>
/// Lets the first denials of an address in a minute through and counts those after them, so that a flood of them cannot fill the audit. The count
/// becomes one record when the minute is over.
/// </summary>
internal sealed class DenialCounter(IOptions<AuditOptions> options, TimeProvider time)
{
    private const string OtherAddresses = "(other addresses)";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Counted> _byAddress = new(StringComparer.Ordinal);
    private long _minute;

    /// <summary>The records to store now: without the denials that are only counted, with one for each count whose minute is over.</summary>
    public IReadOnlyList<AuditRecord> Pass(IReadOnlyList<AuditRecord> records)
    {
        if (!records.Any(record => record.Phase == AuditPhase.Denied)) return records;
        lock (_lock)
        {
            var passed = Over(force: false);
            foreach (var record in records)
            {
                if (record.Phase != AuditPhase.Denied || Counts(record)) passed.Add(record);
            }

            return passed;
        }
    }

    /// <summary>One record for each count whose minute is over, or for every count.</summary>
    public IReadOnlyList<AuditRecord> Due(bool force)
    {
        lock (_lock) return Over(force);
    }

    private bool Counts(AuditRecord record)
    {
        // A number of denials that was made elsewhere already.
        if (record.Action == AuditActions.Denials) return true;
        var address = record.Address ?? record.Session ?? record.Actor;
        if (!_byAddress.TryGetValue(address, out var counted))
        {
            if (_byAddress.Count >= options.Value.MaxDenialAddresses) address = OtherAddresses;
            if (!_byAddress.TryGetValue(address, out counted)) _byAddress[address] = counted = new();
        }

        if (counted.Passed < options.Value.DenialsPerMinute)
        {
            counted.Passed++;
            return true;
        }

        counted.More++;
        counted.Sample = record;
        counted.First = counted.More == 1 ? record.At : counted.First;
        counted.Last = record.At;
        var action = counted.Actions.Count < 20 || counted.Actions.ContainsKey(record.Action) ? record.Action : "others";
        counted.Actions[action] = counted.Actions.GetValueOrDefault(action) + 1;
        if (counted.More == 1) counted.Actor = record.Actor;
        if (counted.Actor != record.Actor) counted.Actor = null;
        return false;
    }

    private List<AuditRecord> Over(bool force)
    {
        var minute = time.GetUtcNow().Ticks / TimeSpan.TicksPerMinute;
        if (minute == _minute && !force) return [];
        _minute = minute;
        var records = _byAddress.Where(pair => pair.Value.More > 0).Select(pair => Record(pair.Key, pair.Value)).ToList();
        _byAddress.Clear();
        return records;
    }

    private AuditRecord Record(string address, Counted counted) => new()
    {
        At = time.GetUtcNow(),
        Phase = AuditPhase.Denied,
        Action = AuditActions.Denials,
        Outcome = "denied",
        Actor = counted.Actor ?? "several",
        ActorName = counted.Actor is null ? "Several" : counted.Sample!.ActorName,
        ActorKind = counted.Sample!.ActorKind,
        Address = counted.Sample.Address,
        Target = address,
        Planned = counted.More,
        Done = 0,
        Detail = string.Create(CultureInfo.InvariantCulture, $"Stands for {counted.More} more denials from {counted.First:u} to {counted.Last:u}: {string.Join(", ", counted.Actions.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}"))}."),
    };

    private sealed class Counted
    {
        public int Passed { get; set; }

        public long More { get; set; }

        public DateTimeOffset First { get; set; }

        public DateTimeOffset Last { get; set; }

        public string? Actor { get; set; }

        public AuditRecord? Sample { get; set; }

        public Dictionary<string, long> Actions { get; } = new(StringComparer.Ordinal);
    }
}
