using System.Text.Json;

namespace Qmtl.Shared.NodeIds;

/// <summary>Node ids of both generations, exactly as QMTL computes them.</summary>
public static class NodeIdentity
{
    public const string NewerPrefix = "blake3:";

    public static string Older(string worldId, string nodeType, string codeHash, string configHash, string schemaHash, IReadOnlySet<string>? taken = null) => throw new NotSupportedException();

    public static string Canonical(JsonElement node) => throw new NotSupportedException();

    public static string Newer(JsonElement node, IReadOnlySet<string>? taken = null) => throw new NotSupportedException();
}
