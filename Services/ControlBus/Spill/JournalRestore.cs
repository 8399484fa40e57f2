using System.Globalization;
using Qmtl.ControlBus.Journal;
using Qmtl.ControlBus.Ordering;

namespace Qmtl.ControlBus.Spill;

/// <summary>Fills ring and ledger from what was spilled, record by record.</summary>
internal sealed class JournalRestore(EventJournal journal, EventLedger ledger, RunOrder runs)
{
    private const int MaxProblems = 20;
    private readonly List<string> _problems = [];

    /// <summary>What could not be read back, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void Damaged(string problem)
    {
        if (_problems.Count < MaxProblems) _problems.Add(problem);
    }

    public void Take(SpillRecord record)
    {
        switch (record)
        {
            case SpillRecord.Added { Journalled: var journalled }:
                Add(journalled);
                break;
            case SpillRecord.Changed changed:
                var row = journal.Find(changed.Sequence);
                if (row is not null) row.Current = row.Current with { Times = changed.Times, LastAt = changed.LastAt, AlsoVia = changed.AlsoVia };
                ledger.Restore(changed.Delivery, row);
                break;
            case SpillRecord.StartedOver over:
                ledger.ForgetPositions(over.Source, over.Topic);
                break;
            case SpillRecord.Place place:
                ledger.RestorePlace(place.Source, place.Topic, place.Lane, place.At);
                break;
        }
    }

    private void Add(JournalledEvent journalled)
    {
        var sequence = journalled.Event.Sequence;
        if (sequence != journal.Newest + 1)
        {
            if (journal.Count > 0) Damaged(string.Create(CultureInfo.InvariantCulture, $"Events {journal.Newest + 1} to {sequence - 1} were not spilled: the disk was too slow or failed. Those before them are on disk only."));
            journal.StartAt(sequence);
        }

        var entry = journal.Add(journalled.Event);
        entry.Current = journalled;
        ledger.Restore(journalled.Event, entry);
        runs.Look(journalled.Event);
    }
}
