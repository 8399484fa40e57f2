using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>Reads the audit. Each method asks for the caller's permission.</summary>
public interface IAuditReader
{
    /// <summary>Records that match, newest first.</summary>
    Task<AuditPage> QueryAsync(Caller caller, AuditQuery query, CancellationToken cancellation);

    /// <summary>Checks the chain from the first to the last record and against the head that was put elsewhere.</summary>
    /// <param name="progress">Records checked so far.</param>
    Task<AuditVerification> VerifyAsync(Caller caller, IProgress<long>? progress, CancellationToken cancellation);

    /// <summary>One record, or null when there is none of that number or it cannot be read.</summary>
    Task<NumberedRecord?> FindAsync(Caller caller, long number, CancellationToken cancellation);

    /// <summary>Records that match, newest first, all of them, to be taken out as a file. That they were is recorded before the first is read.</summary>
    /// <param name="format">For the record: <c>csv</c> or <c>jsonl</c>.</param>
    /// <exception cref="AuditUnavailableException">It could not be recorded; nothing was taken out.</exception>
    Task<IAsyncEnumerable<NumberedRecord>> ExportAsync(Caller caller, AuditQuery query, string format, CancellationToken cancellation);

    /// <summary>What holds the audit and what it can and cannot prove, for the page.</summary>
    AuditStoreFacts Facts { get; }
}

/// <summary>Which records. Every condition must hold.</summary>
public sealed record AuditQuery
{
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>User id.</summary>
    public string? Actor { get; init; }

    public string? Action { get; init; }

    public string? Target { get; init; }

    public string? Outcome { get; init; }

    public string? OperationId { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>Anywhere in reason, detail, target, item, actor's name or parameters, case-insensitive.</summary>
    public string? Text { get; init; }

    /// <summary>Each of them in one of the fields that <see cref="Text"/> is looked for in.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Only numbers below this one; null: from the newest.</summary>
    public long? Before { get; init; }

    public int Limit { get; init; } = 100;
}

/// <summary>A record with its place.</summary>
/// <param name="Number">Gapless, from 1.</param>
public sealed record NumberedRecord(long Number, AuditRecord Record);

/// <param name="Next">For <see cref="AuditQuery.Before"/>; null at the end.</param>
/// <param name="Unreadable">Records on this stretch that could not be read, with number or place and reason.</param>
public sealed record AuditPage(IReadOnlyList<NumberedRecord> Records, long? Next, IReadOnlyList<string> Unreadable)
{
    /// <summary>Whether the time for one page was over before it was full: what is older has not been searched yet.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Number down to which was searched.</summary>
    public long SearchedTo { get; init; }

    /// <summary>Number of the newest record of the audit; 0 when it is empty.</summary>
    public long Newest { get; init; }

    /// <summary>How many records match in all, from the index; null when that is not known (free text, or older records than the index holds).</summary>
    public long? Matches { get; init; }
}

/// <summary>How a check of the chain ended.</summary>
public enum AuditVerdict
{
    /// <summary>Every record is as written, and none is missing, the tail included.</summary>
    Ok,

    /// <summary>Every record that is there is as written; a cut tail cannot be found, because no head is kept elsewhere.</summary>
    OkButTailUnknown,

    Broken,

    /// <summary>The last line of the file is not whole: the process was stopped while it wrote. Nothing before it is touched.</summary>
    TornTail,

    /// <summary>Records that the head elsewhere names are missing.</summary>
    TailCut,

    /// <summary>Some records were written under a key that is not known here; their codes were not checked.</summary>
    KeyUnknown,
}

/// <param name="FirstBroken">Number of the first record that is not as written, or null.</param>
/// <param name="Breaks">Breaks that later records of the chain name.</param>
public sealed record AuditVerification(AuditVerdict Verdict, long Checked, long? FirstBroken, string Explanation, IReadOnlyList<string> Breaks);

/// <summary>What holds the audit.</summary>
/// <param name="Store">"PostgreSQL" or "files".</param>
/// <param name="Guards">What the chain guards against here, in words.</param>
/// <param name="Head">Where the head goes, or null.</param>
/// <param name="Spooled">Outcomes that wait to be written.</param>
public sealed record AuditStoreFacts(string Store, string Guards, string? Head, long Spooled)
{
    /// <summary>Folder, or host and database.</summary>
    public string Place { get; init; } = "";

    /// <summary>Why the head could not be put there last time; null when it could.</summary>
    public string? HeadProblem { get; init; }

    public DateTimeOffset? HeadWrittenAt { get; init; }
}
