using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>A run of items whose states are stored in one document; within one step.</summary>
internal readonly record struct JobPart(int Index, int From, int Count, int Step);

/// <summary>How a job's items are cut. The same for the same plan, on every console.</summary>
internal static class JobLayout
{
    /// <summary>Most items of a batch.</summary>
    public const int MaxBatch = 1_000;

    /// <summary>Items of at-most-once operations are stored one by one, so their documents are kept small.</summary>
    public const int OneByOnePart = 100;

    public static IReadOnlyList<JobPart> Of(int items, IReadOnlyList<PlanStep> steps, OperationRepeat repeat)
    {
        var size = repeat == OperationRepeat.AtMostOnce ? OneByOnePart : MaxBatch;
        var parts = new List<JobPart>();
        var from = 0;
        foreach (var (count, step) in (steps.Count == 0 ? [new PlanStep(items, TimeSpan.Zero)] : steps).Select((step, index) => (step.Count, index)))
        {
            for (var end = from + count; from < end;)
            {
                var part = new JobPart(parts.Count, from, Math.Min(size, end - from), step);
                parts.Add(part);
                from += part.Count;
            }
        }

        return parts;
    }

    /// <summary>
    /// How many items are marked as started in one write before the first of them is: an item that was marked and never begun must be checked after a
    /// crash as if it had been.
    /// </summary>
    public static int MarkedAhead(OperationRepeat repeat) => repeat switch
    {
        OperationRepeat.Transactional => MaxBatch,
        OperationRepeat.KeyedIdempotent => 50,
        _ => 1,
    };

    /// <summary>Items of one batch: at a slow pace fewer, so that what is intended is told about a minute ahead.</summary>
    public static int BatchSize(double? itemsPerSecond) =>
        itemsPerSecond is { } pace ? (int)Math.Clamp(Math.Ceiling(pace * 60), 1, MaxBatch) : MaxBatch;
}
