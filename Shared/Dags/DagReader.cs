using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Qmtl.Shared.Dags.Reading;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags;

/// <summary>Reads and checks DAG documents: bare DAGs and submission envelopes, as JSON or base64, of both generations.</summary>
public static class DagReader
{
    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>
    /// Reads a document and collects all that is wrong with it. Never throws on bad input, never recurses over it, and takes time linear
    /// in its length. The document keeps a reference to <paramref name="utf8"/>, which must not change afterwards.
    /// </summary>
    public static DagDocument Read(ReadOnlyMemory<byte> utf8, DagReadOptions? options = null)
    {
        options ??= DagReadOptions.Default;
        var findings = new FindingList(Math.Max(1, options.MaxFindings));
        if (utf8.Span.StartsWith(Utf8Mark)) utf8 = utf8[Utf8Mark.Length..];
        if (TextProblem(utf8.Span) is { } problem) return Unreadable(utf8, findings, problem);
        return PayloadText.FirstByte(utf8.Span) switch
        {
            (byte)'{' => ReadObject(utf8, options, findings),
            (byte)'"' => ReadQuoted(utf8, options, findings),
            (byte)'[' or (byte)'-' or >= (byte)'0' and <= (byte)'9' when !PayloadText.LooksLikeBase64(utf8.Span) => ReadOther(utf8, options, findings),
            _ => PayloadText.LooksLikeBase64(utf8.Span) ? ReadBase64(utf8, options, findings) : ReadOther(utf8, options, findings),
        };
    }

    /// <summary>A bare DAG or an envelope.</summary>
    private static DagDocument ReadObject(ReadOnlyMemory<byte> utf8, DagReadOptions options, FindingList findings)
    {
        using var json = PayloadText.Parse(utf8, options.MaxDepth, out var problem);
        if (json is null) return Unreadable(utf8, findings, problem!);
        var root = json.RootElement;
        var payload = JsonText.Find(root, "dag_json"u8);
        if (payload.ValueKind == JsonValueKind.Undefined || JsonText.Find(root, "nodes"u8).ValueKind != JsonValueKind.Undefined)
            return Build(utf8, json, DagInputForm.BareDag, null, options, findings);

        var envelope = EnvelopeReader.Read(root, findings);
        if (payload.ValueKind != JsonValueKind.String)
        {
            findings.WantsError();
            findings.AddError(FindingCodes.WrongType, "$.dag_json", null, $"The envelope's dag_json is {NodeReader.Kind(payload)}; it must be text.", "Write the DAG as base64 of its UTF-8 text, or as JSON text in quotes.");
            return Unreadable(utf8, findings, null, envelope);
        }

        return ReadPayload(Unquoted(payload), envelope, DagInputForm.EnvelopePlain, DagInputForm.EnvelopeBase64, options, findings);
    }

    /// <summary>A JSON text that holds the DAG.</summary>
    private static DagDocument ReadQuoted(ReadOnlyMemory<byte> utf8, DagReadOptions options, FindingList findings)
    {
        using var json = PayloadText.Parse(utf8, options.MaxDepth, out var problem);
        return json is not null
            ? ReadPayload(Unquoted(json.RootElement), null, DagInputForm.BareDag, DagInputForm.BareDagBase64, options, findings)
            : Unreadable(utf8, findings, problem!);
    }

    private static DagDocument ReadBase64(ReadOnlyMemory<byte> utf8, DagReadOptions options, FindingList findings)
        => PayloadText.DecodeBase64(utf8.Span, out var problem) is { } decoded
            ? ReadDecoded(decoded, null, DagInputForm.BareDagBase64, options, findings)
            : Unreadable(utf8, findings, problem!);

    /// <summary>What is neither object nor text nor base64: parsed only to say what is wrong.</summary>
    private static DagDocument ReadOther(ReadOnlyMemory<byte> utf8, DagReadOptions options, FindingList findings)
    {
        using var json = PayloadText.Parse(utf8, options.MaxDepth, out var problem);
        if (json is null) return Unreadable(utf8, findings, problem!);
        var what = NodeReader.Kind(json.RootElement);
        return Unreadable(utf8, findings, new PayloadText.Problem(0, 1, $"The text is JSON, but {what}; a DAG is an object.", "Give a DAG (an object with a list of nodes) or a submission (an object with dag_json)."));
    }

    private static DagDocument ReadPayload(
        byte[] payload, SubmissionEnvelope? envelope, DagInputForm plain, DagInputForm encoded, DagReadOptions options, FindingList findings)
    {
        if (TextProblem(payload) is { } problem) return Unreadable(payload, findings, problem, envelope);
        if (PayloadText.FirstByte(payload) == '{') return ReadDecoded(payload, envelope, plain, options, findings);
        return PayloadText.DecodeBase64(payload, out var wrong) is { } decoded
            ? ReadDecoded(decoded, envelope, encoded, options, findings)
            : Unreadable(payload, findings, wrong!, envelope);
    }

    /// <summary>The DAG's own text, whichever way it came.</summary>
    private static DagDocument ReadDecoded(ReadOnlyMemory<byte> text, SubmissionEnvelope? envelope, DagInputForm form, DagReadOptions options, FindingList findings)
    {
        if (text.Span.StartsWith(Utf8Mark)) text = text[Utf8Mark.Length..];
        if (TextProblem(text.Span) is { } problem) return Unreadable(text, findings, problem, envelope);
        using var json = PayloadText.Parse(text, options.MaxDepth, out var wrong);
        if (json is null) return Unreadable(text, findings, wrong!, envelope);
        if (json.RootElement.ValueKind == JsonValueKind.Object)
        {
            if (envelope is null && JsonText.Find(json.RootElement, "nodes"u8).ValueKind == JsonValueKind.Undefined && JsonText.Find(json.RootElement, "dag_json"u8).ValueKind == JsonValueKind.String)
                return ReadObject(text, options, findings);
            return Build(text, json, form, envelope, options, findings);
        }

        return Unreadable(text, findings, new PayloadText.Problem(0, 1, $"The decoded text is JSON, but {NodeReader.Kind(json.RootElement)}; a DAG is an object.", "Encode the DAG's JSON object."), envelope);
    }

    private static DagDocument Build(
        ReadOnlyMemory<byte> text, JsonDocument json, DagInputForm form, SubmissionEnvelope? envelope, DagReadOptions options, FindingList findings)
    {
        var locator = new TextLocator(text);
        var hasSurrogates = LoneSurrogates.Report(text.Span, findings);
        var dag = new DagBuilder(findings, locator, options, envelope, !hasSurrogates).Build(json.RootElement);
        return new DagDocument
        {
            Dag = dag,
            Form = form,
            Envelope = envelope,
            DagUtf8 = text,
            Findings = findings.Build(locator),
            ErrorCount = findings.ErrorCount,
            WarningCount = findings.WarningCount,
        };
    }

    private static DagDocument Unreadable(ReadOnlyMemory<byte> text, FindingList findings, PayloadText.Problem? problem, SubmissionEnvelope? envelope = null)
    {
        if (problem is not null)
        {
            findings.WantsError();
            findings.AddError(FindingCodes.NotReadable, "$", new ByteRange(problem.Offset, problem.Length), problem.Message, problem.Advice);
        }

        return new DagDocument
        {
            Form = DagInputForm.Unreadable,
            Envelope = envelope,
            DagUtf8 = text,
            Findings = findings.Build(new TextLocator(text)),
            ErrorCount = findings.ErrorCount,
            WarningCount = findings.WarningCount,
        };
    }

    /// <summary>What makes a text unreadable before any parsing.</summary>
    private static PayloadText.Problem? TextProblem(ReadOnlySpan<byte> text)
    {
        if (PayloadText.IsBlank(text)) return new PayloadText.Problem(0, 0, "The text is empty.", "Give a DAG as JSON, its base64, or a submission envelope.");
        if (text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || text.Length > 1 && text[0] == 0 ^ text[1] == 0)
            return new PayloadText.Problem(0, 1, "The text is not UTF-8; it looks like UTF-16.", "Save it as UTF-8.");
        if (Utf8.IsValid(text)) return null;
        var bad = FirstInvalid(text);
        return new PayloadText.Problem(bad, 1, string.Create(CultureInfo.InvariantCulture, $"The text is not UTF-8: byte {bad + 1:N0} (0x{text[bad]:X2}) does not belong there."), "Save the text as UTF-8.");
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (System.Text.Rune.DecodeFromUtf8(text[at..], out _, out var length) != System.Buffers.OperationStatus.Done) return at;
            at += length;
        }

        return 0;
    }

    private static byte[] Unquoted(JsonElement text)
    {
        var raw = JsonText.RawString(text);
        if (raw.IndexOf((byte)'\\') < 0) return raw.ToArray();
        var decoded = new Utf8Buffer(raw.Length);
        JsonText.AppendDecoded(raw, decoded);
        return decoded.Written.ToArray();
    }
}
