using Qmtl.Shared.Dags;

namespace Qmtl.Console.DryRuns;

/// <summary>A finding as the API writes it.</summary>
public sealed record FindingView
{
    public required FindingSeverity Severity { get; init; }

    public required string Code { get; init; }

    /// <summary>JSON path in the decoded DAG.</summary>
    public required string Path { get; init; }

    public required string Message { get; init; }

    public required string Advice { get; init; }

    public string? NodeId { get; init; }

    /// <summary>Place in the decoded DAG's text; null where the document has no such place.</summary>
    public PlaceView? At { get; init; }

    public static FindingView Of(Finding finding) => new()
    {
        Severity = finding.Severity,
        Code = finding.Code,
        Path = finding.Path,
        Message = finding.Message,
        Advice = finding.Advice,
        NodeId = finding.NodeId,
        At = finding.At is { } at ? new(at.Line, at.Column, at.Offset, at.Length, at.ByteOffset, at.ByteLength) : null,
    };
}

/// <summary>A place: line and column from 1; offset and length in UTF-16 units; bytes in UTF-8.</summary>
public sealed record PlaceView(int Line, int Column, int Offset, int Length, long ByteOffset, int ByteLength);

/// <summary>All findings of a document; at most 500 are listed, the counts are of all.</summary>
public sealed record FindingsView
{
    public required int Errors { get; init; }

    public required int Warnings { get; init; }

    public required IReadOnlyList<FindingView> Items { get; init; }

    public static FindingsView Of(DagDocument document) => new()
    {
        Errors = document.ErrorCount,
        Warnings = document.WarningCount,
        Items = [.. document.Findings.Select(FindingView.Of)],
    };
}

/// <summary>What was read.</summary>
public sealed record InputView
{
    public required DagInputForm Form { get; init; }

    /// <summary>Bytes as sent.</summary>
    public required int Bytes { get; init; }

    /// <summary>Bytes of the decoded DAG, into which the findings point.</summary>
    public required int DagBytes { get; init; }

    /// <summary>True when the findings point into a text that is not the one that was sent (base64 or an envelope).</summary>
    public bool Decoded => Form is not (DagInputForm.BareDag or DagInputForm.Unreadable);

    /// <summary>Null when nothing could be read.</summary>
    public DagGeneration? Generation { get; init; }

    /// <summary>Null when nothing could be read.</summary>
    public int? Nodes { get; init; }

    public string? Family { get; init; }

    public string? Version { get; init; }

    public ChecksumView? SubmissionChecksum { get; init; }

    public ChecksumView? DiffChecksum { get; init; }

    /// <summary>The envelope's <c>node_ids_crc32</c>; null when absent.</summary>
    public ChecksumView? EnvelopeChecksum { get; init; }

    /// <summary>Worlds the envelope names.</summary>
    public IReadOnlyList<string> EnvelopeWorlds { get; init; } = [];

    public static InputView Of(DagDocument document, int bytes) => new()
    {
        Form = document.Form,
        Bytes = bytes,
        DagBytes = document.DagUtf8.Length,
        Generation = document.Dag?.Generation,
        Nodes = document.Dag?.Nodes.Count,
        Family = document.Envelope?.FamilyName ?? document.Dag?.FamilyName,
        Version = document.Envelope?.VersionLabel ?? document.Dag?.VersionLabel,
        SubmissionChecksum = document.Dag is { } dag ? ChecksumView.Of(dag.SubmissionChecksum) : null,
        DiffChecksum = document.Dag is { } same ? ChecksumView.Of(same.DiffChecksum) : null,
        EnvelopeChecksum = document.Envelope?.NodeIdsCrc32 is { } crc ? ChecksumView.Of(crc) : null,
        EnvelopeWorlds = document.Envelope?.WorldIds ?? [],
    };
}

/// <summary>A CRC-32 in both ways of writing it.</summary>
public sealed record ChecksumView(uint Decimal, string Hex)
{
    public static ChecksumView Of(uint crc) => new(crc, crc.ToString("x8", System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>Answer of a check: what was read and what is wrong with it.</summary>
public sealed record CheckReport
{
    /// <summary>True when a DAG was read and no error was found.</summary>
    public required bool Valid { get; init; }

    public required InputView Input { get; init; }

    public required FindingsView Findings { get; init; }
}

/// <summary>A stored dry-run: what was asked, found and answered.</summary>
public sealed record DryRunReport
{
    public required string Id { get; init; }

    /// <summary>The page that shows it.</summary>
    public string Page => $"/dry-run/{Id}";

    /// <summary>The decoded DAG's text.</summary>
    public string Dag => $"/api/v1/dry-runs/{Id}/dag";

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Worlds that were asked for; empty when the document decided.</summary>
    public required IReadOnlyList<string> Worlds { get; init; }

    /// <summary>Generation that was asked for; null when the ids decided.</summary>
    public DagGeneration? AskedGeneration { get; init; }

    public required InputView Input { get; init; }

    public required FindingsView Findings { get; init; }

    /// <summary>Why the Gateway would refuse it; null when it answered.</summary>
    public RefusalView? Refusal { get; init; }

    /// <summary>The answer; null when it was refused.</summary>
    public DryRunAnswer? Result { get; init; }

    /// <summary>The same without what grows with the number of nodes.</summary>
    public DryRunReport WithoutNodes() => this with
    {
        Findings = Findings with { Items = [] },
        Result = Result is null ? null : Result with { QueueMap = new Dictionary<string, IReadOnlyList<QueueView>>(), Nodes = [] },
    };
}

/// <summary>Why a document was refused.</summary>
public sealed record RefusalView(string Code, string Message, string? ExistingStrategyId);
