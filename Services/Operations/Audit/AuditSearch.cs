using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Index;

namespace Qmtl.Operations.Audit;

/// <summary>Finds records by the index, from the newest down, and reads them from the store. Asks nobody's permission: services do.</summary>
internal sealed class AuditSearch(IAuditStore store, AuditIndex index, Func<AuditKeys> keys, IOptions<AuditOptions> options)
{
    private const int FetchAtOnce = 1_024;

    public async Task<AuditPage> FindAsync(AuditQuery query, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        await index.CatchUpAsync(cancellation);
        var work = new Work(new(query), query.Limit);
        var started = Stopwatch.GetTimestamp();
        var at = Math.Min(index.Top, (query.Before ?? long.MaxValue) - 1);
        var isPartial = false;
        while (at > 0 && work.Records.Count < query.Limit)
        {
            if (Stopwatch.GetElapsedTime(started) > options.Value.SearchBudget)
            {
                isPartial = true;
                break;
            }

            at = at < index.Oldest ? await ReadDownAsync(work, at, cancellation) : await FetchDownAsync(work, at, cancellation);
        }

        return new(work.Records, at > 0 ? at + 1 : null, work.Unreadable)
        {
            IsPartial = isPartial,
            SearchedTo = at + 1,
            Newest = index.Top,
            Matches = query.Before is null ? Count(work.Condition) : null,
        };
    }

    public async Task<NumberedRecord?> FindOneAsync(long number, CancellationToken cancellation)
    {
        var page = await FindAsync(new() { Before = number + 1, Limit = 1 }, cancellation);
        return page.Records.Count == 1 && page.Records[0].Number == number ? page.Records[0] : null;
    }

    /// <summary>Takes candidates from the index, reads them and keeps those that match; returns the number to go on from.</summary>
    private async Task<long> FetchDownAsync(Work work, long at, CancellationToken cancellation)
    {
        var wanted = work.Condition.IsEmpty ? work.Limit - work.Records.Count : FetchAtOnce;
        var candidates = new List<AuditPosition>(wanted);
        while (at >= index.Oldest && candidates.Count < wanted)
        {
            var slot = IndexBlock.SlotOf(at);
            if (index.Block(IndexBlock.BlockOf(at)) is not { } block)
            {
                at = IndexBlock.RangeOf(IndexBlock.BlockOf(at)).First - 1;
            }
            else if (!block.MayHoldText(slot / IndexBlock.GroupSize, work.Condition))
            {
                at -= (slot % IndexBlock.GroupSize) + 1;
            }
            else
            {
                var stop = Math.Max(index.Oldest, at - (slot % IndexBlock.GroupSize));
                for (; at >= stop && candidates.Count < wanted; at--)
                {
                    slot = IndexBlock.SlotOf(at);
                    if (block.MayMatch(slot, work.Condition)) candidates.Add(new(at, block.Place(slot)));
                }
            }
        }

        var lines = await store.FetchAsync(candidates, cancellation);
        for (var candidate = 0; candidate < candidates.Count; candidate++)
        {
            if (Judge(work, candidates[candidate].Number, lines[candidate])) return candidates[candidate].Number - 1;
        }

        return at;
    }

    /// <summary>Reads a block that the index does not hold; returns the number to go on from.</summary>
    private async Task<long> ReadDownAsync(Work work, long at, CancellationToken cancellation)
    {
        var block = IndexBlock.BlockOf(at);
        var range = new NumberRange(IndexBlock.RangeOf(block).First, at);
        var lines = new Dictionary<long, byte[]>();
        var number = range.First - 1;
        await foreach (var chunk in store.ReadAsync(range, index.PlaceOf(block), cancellation))
        {
            if (chunk.IsTorn) break;
            number = Split(chunk.Lines.Span, range, number, lines);
            if (number >= range.Last) break;
        }

        for (; at >= range.First; at--)
        {
            if (Judge(work, at, lines.GetValueOrDefault(at))) return at - 1;
        }

        return at;
    }

    private static long Split(ReadOnlySpan<byte> lines, NumberRange range, long number, Dictionary<long, byte[]> into)
    {
        while (lines.Length > 0 && number < range.Last)
        {
            var length = lines.IndexOf((byte)'\n');
            var line = lines[..length];
            var its = AuditLine.TryRead(line, out var record) ? record.Number : number + 1;
            if (its >= range.First && its <= range.Last) into[its] = line.ToArray();
            if (its >= range.First) number = its;
            lines = lines[(length + 1)..];
        }

        return number;
    }

    /// <summary>Takes a record in when it matches; true when the page is full.</summary>
    private bool Judge(Work work, long number, byte[]? line)
    {
        if (line is null)
        {
            work.Tell(string.Create(CultureInfo.InvariantCulture, $"Record {number} is missing."));
        }
        else if (work.Condition.IsRuledOut(line))
        {
            // Most candidates of a free text only look alike.
        }
        else if (!AuditLine.TryRead(line, out var frame) || AuditRecordJson.Read(line) is not { } record)
        {
            work.Tell(string.Create(CultureInfo.InvariantCulture, $"Record {number} cannot be read: it is not a record as the console writes it."));
        }
        else if (frame.Number != number || (keys().Find(frame.KeyId) is { } key && !frame.IsSignedBy(key)))
        {
            work.Tell(string.Create(CultureInfo.InvariantCulture, $"Record {number} is not as it was written: its code does not match."));
        }
        else if (work.Condition.Matches(record))
        {
            work.Records.Add(new(number, record));
        }

        return work.Records.Count == work.Limit;
    }

    private long? Count(AuditCondition condition)
    {
        if (condition.IsEmpty) return index.Top;
        if (condition.Grams is not null || index.Oldest > 1) return null;
        var count = 0L;
        for (var number = index.Top; number > 0;)
        {
            var range = IndexBlock.RangeOf(IndexBlock.BlockOf(number));
            if (index.Block(IndexBlock.BlockOf(number)) is { } block)
            {
                for (; number >= range.First; number--)
                {
                    var slot = IndexBlock.SlotOf(number);
                    if (block.MayMatch(slot, condition) && !block.IsUnreadable(slot)) count++;
                }
            }

            number = range.First - 1;
        }

        return count;
    }

    private sealed class Work(AuditCondition condition, int limit)
    {
        public AuditCondition Condition { get; } = condition;

        public int Limit { get; } = limit;

        public List<NumberedRecord> Records { get; } = [];

        public List<string> Unreadable { get; } = [];

        /// <summary>Names a record that cannot be shown; after some it only says that there are more.</summary>
        public void Tell(string problem)
        {
            if (Unreadable.Count < 20) Unreadable.Add(problem);
            else if (Unreadable.Count == 20) Unreadable.Add("More records cannot be read; the verification tells the first.");
        }
    }
}
