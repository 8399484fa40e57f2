using System.Text.Json;

namespace Qmtl.Shared.Dags;

/// <summary>One node of a DAG as submitted. Text is as given; nothing is normalised.</summary>
public sealed class DagNode
{
    /// <summary>The document's own bound was kept when it was read.</summary>
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = 1 << 20 };

    private readonly JsonElement _given;
    private JsonDocument? _parsed;

    /// <summary>Position in the submitted list, from 0 (sentinel nodes count).</summary>
    public required int Index { get; init; }

    /// <summary>The id as submitted; empty when missing.</summary>
    public required string NodeId { get; init; }

    /// <summary>The SDK's class name, for instance <c>StreamInput</c>.</summary>
    public required string NodeType { get; init; }

    /// <summary>Display name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Bar interval in seconds, or null.</summary>
    public long? Interval { get; init; }

    /// <summary>History length in bars, or null.</summary>
    public long? Period { get; init; }

    public long? Bucket { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Ids of the nodes it reads, in declared order.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    public IReadOnlyList<string> Dependencies { get; init; } = [];

    public string? CodeHash { get; init; }

    public string? ConfigHash { get; init; }

    public string? SchemaHash { get; init; }

    public string? SchemaCompatId { get; init; }

    public string? SchemaId { get; init; }

    /// <summary><c>any</c> or <c>all</c> for tag queries; null when absent.</summary>
    public string? MatchMode { get; init; }

    public bool? PreWarmup { get; init; }

    /// <summary>The node as it stands in the document, for everything else. Parsed when it is first asked for.</summary>
    public JsonElement Json
    {
        get => _given.ValueKind != JsonValueKind.Undefined || Text.IsEmpty ? _given : (_parsed ??= JsonDocument.Parse(Text, AnyDepth)).RootElement;
        init => _given = value;
    }

    /// <summary>The node's part of the document's text.</summary>
    internal ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>Where the node stands in the text.</summary>
    public TextSpan At { get; init; }

    /// <summary>The id recomputed from the fields, or why that is not possible.</summary>
    public required NodeIdVerdict Verdict { get; init; }

    public bool IsTagQuery => NodeType == "TagQueryNode";

    /// <summary>The name, else the type with the start of the id.</summary>
    public string DisplayName => !string.IsNullOrEmpty(Name) ? Name : $"{NodeType} {ShortId.Of(NodeId)}";
}

/// <summary>What recomputing a node id told.</summary>
public enum NodeIdState
{
    /// <summary>The id equals what the fields give.</summary>
    Verified,

    /// <summary>The fields give another id.</summary>
    Mismatch,

    /// <summary>Fields that the id is made of are missing.</summary>
    NotVerifiable,

    /// <summary>QMTL's own function refuses these fields.</summary>
    Refused,
}

/// <summary>Verdict on a node id.</summary>
/// <param name="State">Verified or why not.</param>
/// <param name="Expected">The recomputed id; null where none could be computed.</param>
/// <param name="Reason">In words, for people.</param>
public sealed record NodeIdVerdict(NodeIdState State, string? Expected, string Reason);

/// <summary>Shortens ids for display.</summary>
public static class ShortId
{
    /// <summary>The first eight characters after a <c>blake3:</c> prefix. Ids of up to 12 characters stay whole.</summary>
    public static string Of(string id)
    {
        var digest = id.StartsWith("blake3:", StringComparison.Ordinal) ? id[7..] : id;
        return digest.Length <= 12 ? digest : digest[..8];
    }
}
