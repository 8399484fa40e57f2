using System.ComponentModel.DataAnnotations;

namespace Qmtl.ControlBus.Spill;

/// <summary>The journal on disk: what the ring in memory forgets stays readable, and a restart goes on where it was.</summary>
public sealed class SpillOptions
{
    public const string Section = "ControlBus:Spill";

    /// <summary>How long events stay on disk; 0: nothing is written.</summary>
    [Range(0, 24 * 31)]
    public int Hours { get; set; }

    /// <summary>Most bytes on disk, all segments together; the oldest go first.</summary>
    [Range(64L * 1024 * 1024, long.MaxValue)]
    public long Bytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>The folder; it belongs to one console process alone.</summary>
    public string Path { get; set; } = "";

    /// <summary>A segment is closed at this size, or after an hour.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public long SegmentBytes { get; set; } = 32L * 1024 * 1024;

    /// <summary>Records that wait to be written; what comes while they do is not spilled, and counted.</summary>
    [Range(1_000, 10_000_000)]
    public int Waiting { get; set; } = 100_000;
}

/// <summary>How the spill is doing.</summary>
/// <param name="Bytes">On disk.</param>
/// <param name="Oldest">Sequence of the oldest event on disk; null when there is none.</param>
/// <param name="OldestAt">When the oldest segment was begun, UTC.</param>
/// <param name="Lost">Records that were not written, because the disk was too slow or failed.</param>
/// <param name="Problem">What is wrong and what to do; null when nothing is.</param>
public sealed record SpillStatus(string Folder, int Hours, long Bytes, long? Oldest, DateTimeOffset? OldestAt, long Lost, string? Problem);
