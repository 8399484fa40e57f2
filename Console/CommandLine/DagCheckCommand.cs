using System.CommandLine;
using System.Globalization;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.CommandLine;

/// <summary><c>dag check FILE</c>: everything that is wrong with a DAG, with its place.</summary>
internal static class DagCheckCommand
{
    public static Command Create(CommandStreams streams)
    {
        var input = new DagInput();
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var command = new Command("check", "Checks a DAG. Exit code 0: fine, warnings allowed; 1: errors; 2: cannot be read.");
        input.AddTo(command);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetRequiredValue(input.File);
            var document = DagReader.Read(await DagInput.ReadAllAsync(file, streams, cancellation), input.OptionsOf(parsed));
            await streams.Output.WriteLineAsync(parsed.GetValue(json) ? Json(file, document) : Words(file, document));
            return document.IsValid ? CommandLineProgram.Done : CommandLineProgram.ErrorsFound;
        });
        return command;
    }

    private static string Json(string file, DagDocument document)
    {
        var json = new AsciiJson().Open('{')
            .Member("file", file)
            .Member("form", FormName(document.Form))
            .Member("generation", GenerationName(document.Dag))
            .Member("nodes", document.Dag?.Nodes.Count)
            .Member("edges", document.Dag?.Nodes.Sum(node => (long)node.Inputs.Count))
            .Member("submission_crc32", document.Dag?.SubmissionChecksum)
            .Member("diff_crc32", document.Dag?.DiffChecksum)
            .Member("version", document.Envelope?.VersionLabel ?? document.Dag?.VersionLabel)
            .Member("errors", document.ErrorCount)
            .Member("warnings", document.WarningCount)
            .Name("findings").Open('[');
        foreach (var finding in document.Findings)
        {
            json.Open('{')
                .Member("severity", SeverityName(finding.Severity))
                .Member("code", finding.Code)
                .Member("path", finding.Path)
                .Member("line", finding.At?.Line)
                .Member("column", finding.At?.Column)
                .Member("offset", finding.At?.Offset)
                .Member("message", finding.Message)
                .Member("advice", finding.Advice)
                .Member("node_id", finding.NodeId)
                .Member("expected", finding.Expected)
                .Name("fields").Open('[');
            foreach (var field in finding.Fields) json.Value(field);
            json.Close(']').Close('}');
        }

        return json.Close(']').Close('}').ToString();
    }

    private static string Words(string file, DagDocument document)
    {
        var name = file == "-" ? "standard input" : file;
        var lines = new List<string>();

        // Base64 and envelopes hold the DAG in another text; lines and columns count in that one.
        var place = document.Form is DagInputForm.BareDag or DagInputForm.Unreadable ? name : name + " (decoded DAG)";
        foreach (var finding in document.Findings)
        {
            var at = finding.At is { } span ? string.Create(CultureInfo.InvariantCulture, $"{place}:{span.Line}:{span.Column}") : name;
            lines.Add(TerminalText.Printable($"{at}: {SeverityName(finding.Severity)} {finding.Code} at {finding.Path}: {finding.Message}"));
            lines.Add("    " + TerminalText.Printable(finding.Advice));
        }

        if (document.Dag is { } dag)
        {
            var form = document.Form switch
            {
                DagInputForm.BareDag => "bare DAG",
                DagInputForm.BareDagBase64 => "bare DAG in base64",
                DagInputForm.EnvelopePlain => "envelope with JSON",
                _ => "envelope with base64",
            };
            lines.Add(TerminalText.Printable(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {form}, {GenerationName(dag)} generation, {dag.Nodes.Count} nodes, version {document.Envelope?.VersionLabel ?? dag.VersionLabel ?? "not given"}, node_ids_crc32 {dag.SubmissionChecksum}, in the DAG Manager's order {dag.DiffChecksum}")));
        }

        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Printable(name)}: {Count(document.ErrorCount, "error")}, {Count(document.WarningCount, "warning")}"));
        return string.Join(Environment.NewLine, lines);
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : string.Create(CultureInfo.InvariantCulture, $"{count} {what}s");

    private static string SeverityName(FindingSeverity severity) => severity == FindingSeverity.Error ? "error" : "warning";

    private static string? GenerationName(Dag? dag) => dag?.Generation switch { DagGeneration.Older => "older", DagGeneration.Newer => "newer", _ => null };

    private static string FormName(DagInputForm form) => form switch
    {
        DagInputForm.BareDag => "bare",
        DagInputForm.BareDagBase64 => "bare_base64",
        DagInputForm.EnvelopePlain => "envelope",
        DagInputForm.EnvelopeBase64 => "envelope_base64",
        _ => "unreadable",
    };
}
