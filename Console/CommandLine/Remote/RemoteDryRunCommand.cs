using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Qmtl.Console.CommandLine.Remote;

/// <summary><c>dry-run FILE</c> on a running console.</summary>
internal static class RemoteDryRunCommand
{
    public static Command Create(CommandStreams streams)
    {
        var remote = new RemoteCommand(streams);
        var file = new Argument<string>("FILE") { Description = "A DAG or a submission envelope, as JSON or base64; - for standard input." };
        var world = new Option<string[]>("--world") { Description = "World; may be repeated. It wins over the document's.", HelpName = "ID" };
        var command = new Command("dry-run", "Asks a running console what a submission would do (--url, key in QMTL_CONSOLE_KEY). Changes nothing. Exit codes: 0 fine, warnings allowed; 1 errors, or refused; 2 the file cannot be read; 5 the console could not be asked.") { file, world };
        remote.Run(command, async (parsed, client, cancellation) =>
        {
            using var content = new ByteArrayContent(await DagInput.ReadAllAsync(parsed.GetRequiredValue(file), streams, cancellation));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            var query = string.Join('&', (parsed.GetValue(world) ?? []).Select(id => "world_id=" + Uri.EscapeDataString(id)));
            var report = await client.PostAsync("api/v1/dry-runs" + (query.Length > 0 ? "?" + query : ""), content, cancellation);
            var findings = report.GetProperty("findings");
            await remote.WriteAsync(parsed, report, () => Words(report, findings, client.Root));
            return findings.GetProperty("errors").GetInt32() == 0 && !PlanWords.Has(report, "refusal") ? CommandLineProgram.Done : CommandLineProgram.ErrorsFound;
        });
        return command;
    }

    private static IEnumerable<string> Words(JsonElement report, JsonElement findings, Uri root)
    {
        foreach (var finding in findings.GetProperty("items").EnumerateArray())
        {
            yield return $"{PlanWords.Text(finding, "severity")} {PlanWords.Text(finding, "code")} at {PlanWords.Text(finding, "path")}: {PlanWords.Text(finding, "message")}";
            yield return $"    {PlanWords.Text(finding, "advice")}";
        }

        if (PlanWords.Has(report, "refusal"))
        {
            var refusal = report.GetProperty("refusal");
            yield return $"The Gateway would refuse it: {PlanWords.Text(refusal, "code")} {PlanWords.Text(refusal, "message")}";
        }

        if (PlanWords.Has(report, "result"))
        {
            var result = report.GetProperty("result");
            yield return $"sentinel {PlanWords.Text(result, "sentinel_id")}, domain {PlanWords.Text(result, "execution_domain")}, version {PlanWords.Text(result, "version")}";
            if (PlanWords.Has(result, "counts"))
            {
                yield return "nodes: " + string.Join(", ", result.GetProperty("counts").EnumerateObject().Select(count => $"{count.Value.GetRawText()} {count.Name}"));
            }
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"{findings.GetProperty("errors").GetInt32()} errors, {findings.GetProperty("warnings").GetInt32()} warnings; {root}dry-run/{PlanWords.Text(report, "id")}");
    }
}
