using Qmtl.ControlBus;
using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;

namespace Qmtl.Console.Hubs;

/// <summary>How a source of events is doing. Times are milliseconds since 1970.</summary>
/// <param name="State"><c>connecting</c>, <c>reading</c>, <c>attention</c> or <c>broken</c>.</param>
/// <param name="ProvesGaps">Whether it can tell that something is missing.</param>
public sealed record SourceRow(string Name, string Place, string State, string Detail, string? Advice, long Since, bool ProvesGaps)
{
    /// <param name="seesAllWorlds">Otherwise only the state is told: the words of a source may name worlds that are not the reader's.</param>
    public static SourceRow Of(SourceStatus status, bool seesAllWorlds)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new(
            status.Name, status.Place, status.State.ToString().ToLowerInvariant(), seesAllWorlds ? status.Detail : status.Plain, seesAllWorlds && status.Advice.Length > 0 ? status.Advice : null,
            status.Since.ToUnixTimeMilliseconds(), status.ProvesGaps);
    }
}

/// <summary>How full the journal is, and what its copy on disk does; the members of the disk are missing where there is none.</summary>
public sealed record JournalRow(int Events, int MaxEvents, long Bytes, long MaxBytes, int Subscribers, long Dropped, long? SpillBytes, int? SpillHours, long? SpillLost, string? SpillProblem)
{
    public static JournalRow Of(LiveStatus status, SpillStatus? spill)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new(status.Events, status.MaxEvents, status.Bytes, status.MaxBytes, status.Subscribers, status.Dropped, spill?.Bytes, spill?.Hours, spill?.Lost, spill?.Problem);
    }
}
