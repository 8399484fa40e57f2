using System.Text.Json;

namespace Qmtl.Shared.NodeIds;

/// <summary>Writes JSON as Python's <c>json.dumps</c> does.</summary>
public static class PythonJson
{
    /// <summary>The text of a float as Python's <c>repr</c>.</summary>
    public static string FloatRepr(double value) => throw new NotSupportedException();

    /// <summary><c>json.dumps(value, sort_keys=True)</c>: separators <c>", "</c> and <c>": "</c>, ASCII escapes.</summary>
    public static string DumpsSorted(JsonElement value) => throw new NotSupportedException();
}
