using System.Text.Encodings.Web;
using System.Text.Json;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>Parts of a node as indented JSON, cut where they are too long for a panel.</summary>
public static class NodeJson
{
    /// <summary>Characters shown at most; the whole text is in the DAG's JSON.</summary>
    public const int MaxLength = 20_000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The node's <c>params</c>, else <c>config</c>; null when it has neither.</summary>
    public static string? Parameters(DagNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Json.ValueKind == JsonValueKind.Object && (node.Json.TryGetProperty("params", out var value) || node.Json.TryGetProperty("config", out value))
            ? Text(value)
            : null;
    }

    /// <summary>The whole node.</summary>
    public static string Whole(DagNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Json.ValueKind == JsonValueKind.Undefined ? "" : Text(node.Json);
    }

    private static string Text(JsonElement value)
    {
        string text;
        try
        {
            text = JsonSerializer.Serialize(value, Indented);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // A lone surrogate cannot be written anew; the text as it stands can.
            text = value.GetRawText();
        }

        return text.Length <= MaxLength ? text : $"{text[..MaxLength]}\n… {text.Length - MaxLength} characters more";
    }
}
