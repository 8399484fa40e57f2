namespace Qmtl.Operations.Audit;

/// <summary>Settings <c>Audit:*</c>, and the audit's bounds.</summary>
public sealed class AuditOptions
{
    public const string Section = "Audit";

    /// <summary>32 bytes as base64 or hex.</summary>
    public string? Key { get; set; }

    /// <summary>File whose first line is the key, and whose further lines are earlier ones, kept to check what was written with them.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Where the head goes: a file outside <c>Storage:Path</c>, or an https address that takes PUT and answers GET.</summary>
    public string? HeadTarget { get; set; }

    /// <summary>Length at which the next segment of the file begins.</summary>
    public long SegmentBytes { get; set; } = 64L << 20;

    /// <summary>Appends that wait for the disk; further ones wait before they are taken.</summary>
    public int MaxWaiting { get; set; } = 4_000;

    /// <summary>Records in one durable write.</summary>
    public int MaxBatch { get; set; } = 4_000;

    /// <summary>Newest records whose fields are held in memory for filters, about 90 bytes each; older ones are found by reading.</summary>
    public int MaxIndexed { get; set; } = 2_000_000;

    /// <summary>How long one page of a filter may search before it answers with what it has found and where it stands.</summary>
    public TimeSpan SearchBudget { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Denials of one address in a minute that are recorded one by one; of those after them one record tells the number.</summary>
    public int DenialsPerMinute { get; set; } = 20;

    /// <summary>Addresses whose denials are counted apart; those after them are counted together.</summary>
    public int MaxDenialAddresses { get; set; } = 10_000;

    /// <summary>How often the head goes to <see cref="HeadTarget"/>.</summary>
    public TimeSpan HeadInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Length of the spool; records after that are refused.</summary>
    public long MaxSpoolBytes { get; set; } = 64L << 20;

    /// <summary>Length that the spool holds on to from the start, so that there is room on a full disk.</summary>
    public int ReservedSpoolBytes { get; set; } = 1 << 20;
}
