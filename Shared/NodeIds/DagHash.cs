using System.Text.Json;

namespace Qmtl.Shared.NodeIds;

/// <summary>The hash that tells the Gateway a DAG was submitted before.</summary>
public static class DagHash
{
    public static string Sha256Sorted(JsonElement dag) => throw new NotSupportedException();
}
