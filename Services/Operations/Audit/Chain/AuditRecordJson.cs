using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>A record as JSON and back.</summary>
internal static class AuditRecordJson
{
    /// <summary>Longest text of a field, in UTF-16 units; what is longer is cut, and says so.</summary>
    public const int MaxText = 4_096;

    /// <summary>Longest parameters; longer ones are replaced by their length.</summary>
    public const int MaxParameters = 16_384;

    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(AuditRecord record)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("at", record.At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("phase", NameOf(record.Phase));
            Text(json, "action", record.Action);
            Text(json, "outcome", record.Outcome);
            Text(json, "actor", record.Actor);
            Text(json, "actor_name", record.ActorName);
            json.WriteString("actor_kind", NameOf(record.ActorKind));
            Text(json, "session", record.Session);
            Text(json, "address", record.Address);
            Text(json, "permission", record.Permission);
            Text(json, "scope", record.Scope);
            Text(json, "target", record.Target);
            Text(json, "item", record.Item);
            Parameters(json, record.Parameters);
            if (record.Planned is { } planned) json.WriteNumber("planned", planned);
            if (record.Done is { } done) json.WriteNumber("done", done);
            Text(json, "reason", record.Reason);
            Text(json, "detail", record.Detail);
            Text(json, "operation", record.OperationId);
            Text(json, "correlation", record.CorrelationId);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>The record of a whole line, or null when it is not one.</summary>
    public static AuditRecord? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            return new()
            {
                At = DateTimeOffset.ParseExact(root.GetProperty("at").GetString()!, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Phase = PhaseOf(root.GetProperty("phase").GetString()),
                Action = root.GetProperty("action").GetString()!,
                Outcome = root.GetProperty("outcome").GetString()!,
                Actor = root.GetProperty("actor").GetString()!,
                ActorName = root.GetProperty("actor_name").GetString()!,
                ActorKind = KindOf(root.GetProperty("actor_kind").GetString()),
                Session = Optional(root, "session"),
                Address = Optional(root, "address"),
                Permission = Optional(root, "permission"),
                Scope = Optional(root, "scope"),
                Target = root.GetProperty("target").GetString()!,
                Item = Optional(root, "item"),
                Parameters = root.TryGetProperty("parameters", out var parameters) ? parameters.GetRawText() : null,
                Planned = Number(root, "planned"),
                Done = Number(root, "done"),
                Reason = Optional(root, "reason"),
                Detail = Optional(root, "detail"),
                OperationId = Optional(root, "operation"),
                CorrelationId = Optional(root, "correlation"),
            };
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    public static string NameOf(AuditPhase phase) => phase switch
    {
        AuditPhase.Intent => "intent",
        AuditPhase.Outcome => "outcome",
        AuditPhase.Denied => "denied",
        _ => "event",
    };

    public static string NameOf(CallerKind kind) => kind switch
    {
        CallerKind.Person => "person",
        CallerKind.ApiKey => "api-key",
        CallerKind.CommandLine => "command-line",
        _ => "console",
    };

    private static AuditPhase PhaseOf(string? name) => name switch
    {
        "intent" => AuditPhase.Intent,
        "outcome" => AuditPhase.Outcome,
        "denied" => AuditPhase.Denied,
        "event" => AuditPhase.Event,
        _ => throw new FormatException("Unknown phase."),
    };

    private static CallerKind KindOf(string? name) => name switch
    {
        "person" => CallerKind.Person,
        "api-key" => CallerKind.ApiKey,
        "command-line" => CallerKind.CommandLine,
        "console" => CallerKind.Console,
        _ => throw new FormatException("Unknown kind of actor."),
    };

    private static string? Optional(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static long? Number(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetInt64() : null;

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null) return;
        if (value.Length <= MaxText)
        {
            json.WriteString(name, value);
        }
        else
        {
            var cut = char.IsHighSurrogate(value[MaxText - 1]) ? MaxText - 1 : MaxText;
            json.WriteString(name, string.Create(CultureInfo.InvariantCulture, $"{value.AsSpan(0, cut)}… (cut, {value.Length} characters)"));
        }
    }

    private static void Parameters(Utf8JsonWriter json, string? parameters)
    {
        if (parameters is null) return;
        json.WritePropertyName("parameters");
        if (parameters.Length > MaxParameters)
        {
            json.WriteStartObject();
            json.WriteNumber("left out, characters", parameters.Length);
            json.WriteEndObject();
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(parameters);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(parameters);
        }
    }
}
