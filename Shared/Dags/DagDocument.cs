namespace Qmtl.Shared.Dags;

/// <summary>What kind of text was read.</summary>
public enum DagInputForm
{
    /// <summary>Nothing could be read.</summary>
    Unreadable,
    BareDag,
    /// <summary>A DAG as base64 text, without an envelope.</summary>
    BareDagBase64,
    /// <summary>A submission envelope whose <c>dag_json</c> is JSON text.</summary>
    EnvelopePlain,
    /// <summary>A submission envelope whose <c>dag_json</c> is base64.</summary>
    EnvelopeBase64,
}

/// <summary>The envelope that <c>POST /strategies</c> takes, apart from the DAG itself.</summary>
public sealed record SubmissionEnvelope
{
    /// <summary><c>node_ids_crc32</c>, or null when absent.</summary>
    public uint? NodeIdsCrc32 { get; init; }

    /// <summary><c>world_ids</c>, else the deprecated <c>world_id</c>; empty when absent.</summary>
    public IReadOnlyList<string> WorldIds { get; init; } = [];

    /// <summary><c>meta</c> as JSON text, or null.</summary>
    public string? MetaJson { get; init; }

    /// <summary>Compute context found in <c>meta</c>.</summary>
    public ComputeContext Context { get; init; } = ComputeContext.Empty;

    /// <summary><c>version</c>, <c>strategy_version</c> or <c>build_version</c> of <c>meta</c>.</summary>
    public string? VersionLabel { get; init; }

    /// <summary><c>name</c> of <c>meta</c>.</summary>
    public string? FamilyName { get; init; }
}

/// <summary>Options of reading a DAG document.</summary>
public sealed record DagReadOptions
{
    public static DagReadOptions Default { get; } = new();

    /// <summary>Overrides the generation that the ids tell.</summary>
    public DagGeneration? Generation { get; init; }

    /// <summary>The world, which older ids are made with; overrides the envelope's. Null: the envelope's, else the empty world.</summary>
    public string? WorldId { get; init; }

    /// <summary>How many findings are kept; further ones are counted.</summary>
    public int MaxFindings { get; init; } = 500;

    /// <summary>How deeply JSON may be nested.</summary>
    public int MaxDepth { get; init; } = 256;
}

/// <summary>The result of reading a DAG document: the DAG where one could be made out, and all findings.</summary>
public sealed class DagDocument
{
    /// <summary>The DAG, or null when the text holds none. Nodes that cannot be used at all (not an object) are left out.</summary>
    public Dag? Dag { get; init; }

    public required DagInputForm Form { get; init; }

    public SubmissionEnvelope? Envelope { get; init; }

    /// <summary>The DAG's own JSON text (decoded from base64 or the envelope). Findings point into this text.</summary>
    public required ReadOnlyMemory<byte> DagUtf8 { get; init; }

    /// <summary>Findings in document order, errors and warnings mixed, at most <see cref="DagReadOptions.MaxFindings"/>.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How many errors there are, listed or not.</summary>
    public required int ErrorCount { get; init; }

    /// <summary>How many warnings there are, listed or not.</summary>
    public required int WarningCount { get; init; }

    public bool IsValid => Dag is not null && ErrorCount == 0;
}
