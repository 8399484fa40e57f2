using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qmtl.Console.Components.Rail;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.Plans;

/// <summary>A command that can be pasted into a shell.</summary>
/// <param name="What">What it does, one line.</param>
/// <param name="Text">Lines for a POSIX shell.</param>
public sealed record PlanCommand(string What, string Text);

/// <summary>A plan as HTTP requests and as command lines. Pure.</summary>
/// <param name="origin">The console's address, no slash at the end.</param>
/// <param name="kind">The plan's kind, to know which parameters are secret; null when this console no longer has it.</param>
public sealed class PlanCommands(Plan plan, string origin, OperationKind? kind)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Key = "\\\n  -H \"Authorization: Bearer $QMTL_CONSOLE_KEY\"";

    /// <summary>Whether a value of the original request is not shown, so that it must be filled in.</summary>
    public bool HasSecrets => Secrets.Any(name => plan.Content.Parameters.ValueKind == JsonValueKind.Object && plan.Content.Parameters.TryGetProperty(name, out _));

    private IEnumerable<string> Secrets => kind?.Parameters.Where(parameter => parameter.Secret).Select(parameter => parameter.Name) ?? [];

    /// <summary>With curl and an API key.</summary>
    public IEnumerable<PlanCommand> Http()
    {
        var root = $"{origin}/api/v1/plans";
        var one = $"{root}/{Uri.EscapeDataString(plan.Id)}";
        yield return new("Make the same plan again", $"curl -sS -X POST {Quote(root)} {Key} -H 'Content-Type: application/json' \\\n  -d {Quote(Body())}");
        yield return new("Read it, with what the key may do now", $"curl -sS {Quote(one)} {Key}");
        yield return new("Read its items", $"curl -sS {Quote(one + "/items")} {Key}");
        if (plan.Danger == OperationDanger.Emergency)
        {
            yield return new("Confirm it (an emergency: a key whose scope names the permission may)", $"curl -sS -X POST {Quote(one + "/confirm")} {Key} -H 'Content-Type: application/json' \\\n  -d {Quote(Confirmation())}");
        }

        yield return new("Execute it, once it is ready; sent twice it executes once", $"curl -sS -X POST {Quote(one + "/execute")} {Key}");
        yield return new("Plan its undo, once it was executed", $"curl -sS -X POST {Quote(one + "/undo")} {Key} -H 'Content-Type: application/json' \\\n  -d {Quote(Serialize(new JsonObject { ["reason"] = "Take it back: " + plan.Reason }))}");
    }

    /// <summary>With this console's own program.</summary>
    public IEnumerable<PlanCommand> CommandLine()
    {
        var url = $"--url {Quote(origin)}";
        var sets = string.Concat(Parameters().Select(parameter => $" --set {Quote($"{parameter.Name}={parameter.Value}")}"));
        yield return new("Make the same plan again", $"./qmtl-console plans create {Quote(plan.Content.Kind)} {Quote(plan.Content.Target)}{sets} \\\n  --reason {Quote(plan.Reason)} \\\n  {url}");
        yield return new("Show it", $"./qmtl-console plans show {Quote(plan.Id)} {url}");
        yield return new("Execute it, once it is ready (exit code 3 while somebody else must still decide)", $"./qmtl-console plans execute {Quote(plan.Id)} {url}");
        yield return new("Plan its undo, once it was executed", $"./qmtl-console plans undo {Quote(plan.Id)} \\\n  --reason {Quote("Take it back: " + plan.Reason)} \\\n  {url}");
    }

    /// <summary>As one word of a POSIX shell.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/' or ':') && text[0] != '-'
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private string Body()
    {
        var body = new JsonObject { ["kind"] = plan.Content.Kind, ["target"] = plan.Content.Target };
        if (plan.Content.Parameters.ValueKind == JsonValueKind.Object && plan.Content.Parameters.EnumerateObject().Any())
        {
            var parameters = JsonNode.Parse(plan.Content.Parameters.GetRawText())!.AsObject();
            foreach (var secret in Secrets.Where(parameters.ContainsKey)) parameters[secret] = "<fill in>";
            body["parameters"] = parameters;
        }

        body["reason"] = plan.Reason;
        return Serialize(body);
    }

    private string Confirmation()
    {
        var body = new JsonObject { ["digest"] = plan.Digest, ["reason"] = plan.Reason };
        if (plan.Policy.TypedTarget) body["typed_target"] = plan.Content.Target;
        return Serialize(body);
    }

    private IEnumerable<(string Name, string Value)> Parameters() => plan.Content.Parameters.ValueKind != JsonValueKind.Object
        ? []
        : plan.Content.Parameters.EnumerateObject().Select(parameter => (parameter.Name, Secrets.Contains(parameter.Name) ? "<fill in>" : Typed(parameter.Value)));

    /// <summary>The text that <see cref="RailParameters"/> reads as this value.</summary>
    private static string Typed(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return value.GetRawText();
        var text = value.GetString()!;
        var read = RailParameters.Of([KeyValuePair.Create("p", text)]).GetProperty("p");
        return read.ValueKind == JsonValueKind.String && read.GetString() == text ? text : value.GetRawText();
    }

    private static string Serialize(JsonObject json) => json.ToJsonString(Json);
}
