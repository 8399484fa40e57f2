using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>A node's id, or why there is none.</summary>
/// <param name="NodeId">The id; null where QMTL refuses the node.</param>
/// <param name="Canonical">What the id is the hash of; null where QMTL refuses the node.</param>
/// <param name="PythonError">The exception QMTL raises, or null.</param>
/// <param name="Message">Why, in words, or null.</param>
public sealed record NodeIdAnswer(string? NodeId, string? Canonical, string? PythonError, string? Message);

/// <summary>Node ids of both generations, exactly as QMTL computes them, oddities included.</summary>
public static class NodeIdentity
{
    /// <summary>What every id of the newer generation starts with.</summary>
    public const string NewerPrefix = "blake3:";

    /// <summary>
    /// An older id: SHA-256 in hex over <c>world:type:code:config:schema</c>, SHA3-256 where that one is taken.
    /// </summary>
    /// <param name="worldId">World of the submission; empty where none was given.</param>
    /// <param name="nodeType">The SDK's class name.</param>
    /// <param name="codeHash"><c>code_hash</c>.</param>
    /// <param name="configHash"><c>config_hash</c>.</param>
    /// <param name="schemaHash"><c>schema_hash</c>.</param>
    /// <param name="taken">Ids in use, or null.</param>
    /// <exception cref="NodeIdRefusedException">A text holds half a surrogate pair.</exception>
    public static string Older(string worldId, string nodeType, string codeHash, string configHash, string schemaHash, IReadOnlySet<string>? taken = null)
    {
        var data = new Utf8Buffer(512);
        JsonText.AppendUtf16($"{worldId}:{nodeType}:{codeHash}:{configHash}:{schemaHash}", data);
        if (JsonText.HasLoneSurrogate(data.Written)) throw new NodeIdRefusedException("UnicodeEncodeError", "A field holds half a surrogate pair, which UTF-8 cannot write.");
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(data.Written, hash);
        var id = Convert.ToHexStringLower(hash);
        if (taken is null || !taken.Contains(id)) return id;
        Sha3.Hash256(data.Written, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The string that a newer id is the hash of: <c>type|interval|period|params|inputs|schema|code</c>.</summary>
    /// <exception cref="NodeIdRefusedException">QMTL's function refuses the node; the exception names the Python error.</exception>
    public static string Canonical(JsonElement node) => Encoding.UTF8.GetString(Write(node).Written);

    /// <summary>
    /// A newer id: <c>blake3:</c> and the hash in hex. While it is taken, the hash over the same data with
    /// <c>|collision:1</c>, <c>|collision:2</c>, … appended, of double length.
    /// </summary>
    /// <exception cref="NodeIdRefusedException">QMTL's function refuses the node; the exception names the Python error.</exception>
    public static string Newer(JsonElement node, IReadOnlySet<string>? taken = null) => Newer(Write(node).Written, taken);

    /// <summary>The newer id over a canonical form.</summary>
    internal static string Newer(ReadOnlySpan<byte> canonical, IReadOnlySet<string>? taken)
    {
        Span<byte> hash = stackalloc byte[32];
        Blake3.Hash(canonical, hash);
        var id = NewerPrefix + Convert.ToHexStringLower(hash);
        for (var n = 1; taken is not null && taken.Contains(id); n++) id = NewerAfterCollisions(canonical, n);
        return id;
    }

    /// <summary>The newer id after <paramref name="collisions"/> collisions, of 128 hex digits.</summary>
    internal static string NewerAfterCollisions(ReadOnlySpan<byte> canonical, int collisions)
    {
        var data = new Utf8Buffer(canonical.Length + 32);
        data.Append(canonical);
        JsonText.AppendUtf16(string.Create(CultureInfo.InvariantCulture, $"|collision:{collisions}"), data);
        Span<byte> hash = stackalloc byte[64];
        Blake3.Hash(data.Written, hash);
        return NewerPrefix + Convert.ToHexStringLower(hash);
    }

    /// <summary>Id and canonical form of a newer node in one go, or why there is none. Never throws on odd input.</summary>
    public static NodeIdAnswer Answer(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object) return new NodeIdAnswer(null, null, "AttributeError", "A node is a JSON object.");
        var fields = new NodeFields();
        fields.Read(node);
        var canonical = new CanonicalNode();
        return canonical.TryWrite(fields)
            ? new NodeIdAnswer(Newer(canonical.Written, null), Encoding.UTF8.GetString(canonical.Written), null, null)
            : new NodeIdAnswer(null, null, canonical.Refusal!.PythonError, canonical.Refusal.Message);
    }

    private static CanonicalNode Write(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object) throw new NodeIdRefusedException("AttributeError", "A node is a JSON object.");
        var fields = new NodeFields();
        fields.Read(node);
        var canonical = new CanonicalNode();
        if (!canonical.TryWrite(fields)) throw canonical.Refusal!.ToException();
        return canonical;
    }
}
