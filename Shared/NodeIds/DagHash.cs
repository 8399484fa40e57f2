using System.Security.Cryptography;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>The hash that tells the Gateway that a DAG was submitted before (Redis key <c>dag_hash:…</c>).</summary>
public static class DagHash
{
    /// <summary>SHA-256 in hex over the DAG as Python's <c>json.dumps(dag, sort_keys=True)</c> writes it.</summary>
    /// <exception cref="NodeIdRefusedException">Python gives up: nested too deeply, or an integer of more than 4,300 digits.</exception>
    public static string Sha256Sorted(JsonElement dag)
        => Convert.ToHexStringLower(SHA256.HashData(PythonJson.Dump(dag, PythonJsonStyle.AsciiSpaced).Written));
}
