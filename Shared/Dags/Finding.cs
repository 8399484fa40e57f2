namespace Qmtl.Shared.Dags;

/// <summary>How much a finding weighs: an error makes the Gateway refuse the DAG, a warning does not.</summary>
public enum FindingSeverity
{
    Warning,
    Error,
}

/// <summary>
/// One thing that is wrong, or worth knowing, about a DAG document.
/// </summary>
/// <param name="Severity">Error or warning.</param>
/// <param name="Code">A stable code; the Gateway's own (<c>E_NODE_ID_MISMATCH</c>) where it has one. See <see cref="FindingCodes"/>.</param>
/// <param name="Path">JSON path in the DAG, for instance <c>$.nodes[3].inputs[0]</c>; <c>$</c> is the whole document.</param>
/// <param name="Message">What is wrong, in words.</param>
/// <param name="Advice">What to do about it, in words.</param>
public sealed record Finding(FindingSeverity Severity, string Code, string Path, string Message, string Advice)
{
    /// <summary>Where it is in the text that was checked; null where the document has no such place.</summary>
    public TextSpan? At { get; init; }

    /// <summary>The node concerned, as given; null when the finding is not about one node.</summary>
    public string? NodeId { get; init; }

    /// <summary>The fields concerned, for instance those that are missing; empty where the finding is not about fields.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>What should stand there (the recomputed node id); null where nothing can be said.</summary>
    public string? Expected { get; init; }
}

/// <summary>
/// A place in the text. <see cref="Line"/> and <see cref="Column"/> count from 1, <see cref="Column"/> and <see cref="Offset"/> in UTF-16 units
/// as editors count, <see cref="ByteOffset"/> and <see cref="ByteLength"/> in UTF-8 bytes.
/// </summary>
public readonly record struct TextSpan(long ByteOffset, int ByteLength, int Line, int Column, int Offset, int Length);
