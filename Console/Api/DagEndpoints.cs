using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.DryRuns;
using Qmtl.Console.Security.Guards;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api;

/// <summary>DAG check and dry-run over HTTP.</summary>
internal static class DagEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/dag-check", CheckAsync)
            .WithMetadata(new DagBodyMetadata())
            .WithName("CheckDag").RequirePermission(Permissions.StrategiesRead).WithTags("DAG")
            .WithSummary("Check a DAG")
            .WithDescription("Reads a bare DAG or a submission envelope, plain or base64, and lists all findings with their places in the decoded DAG. Keeps nothing.")
            .Produces<CheckReport>()
            .DescribeDagBody("world_id", "generation");

        api.MapPost("/dag-decode", DecodeAsync)
            .WithMetadata(new DagBodyMetadata())
            .WithName("DecodeDag").RequirePermission(Permissions.StrategiesRead).WithTags("DAG")
            .WithSummary("Take a DAG out of its envelope and base64")
            .WithDescription("Answers the decoded DAG's text, exactly as findings count lines and columns in it.")
            .Produces<string>(contentType: "application/json")
            .DescribeDagBody();

        api.MapPost("/dry-runs", RunAsync)
            .WithMetadata(new DagBodyMetadata())
            .WithName("CreateDryRun").RequirePermission(Permissions.StrategiesDryRun).WithTags("Dry-run")
            .WithSummary("Dry-run a DAG")
            .WithDescription("Answers what a submission would do: queue map, sentinel, which nodes are reused, buffered or new, both checksums. Changes nothing in QMTL. The result is kept for a time under its link; with Prefer: return=minimal the answer is the result without its nodes.")
            .Produces<DryRunReport>(StatusCodes.Status201Created)
            .DescribeDagBody("world_id", "generation");

        api.MapGet("/dry-runs/{id}", FindAsync)
            .WithName("GetDryRun").RequirePermission(Permissions.StrategiesRead).WithTags("Dry-run")
            .WithSummary("A stored dry-run result")
            .WithDescription("With ?download the answer carries a file name. 410 says that the result expired, 404 that it is not known.")
            .Produces<DryRunReport>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone);

        api.MapGet("/dry-runs/{id}/dag", DagAsync)
            .WithName("GetDryRunDag").RequirePermission(Permissions.StrategiesRead).WithTags("Dry-run")
            .WithSummary("The decoded DAG of a stored dry-run")
            .Produces<string>(contentType: "application/json")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone);

        api.MapGet("/dry-runs/{id}/graph", GraphAsync).ExcludeFromDescription().RequirePermission(Permissions.StrategiesRead);
    }

    private static async Task<IResult> CheckAsync(HttpContext http, [FromServices] DryRunService dryRuns)
    {
        var (ask, wrong) = DagQuery.Read(http.Request.Query);
        if (wrong is not null)
        {
            return wrong;
        }

        var (body, problem) = await DagBody.ReadAsync(http);
        using (body)
        {
            return body is null ? problem! : TypedResults.Json(await dryRuns.CheckAsync(body.Bytes, ask, http.RequestAborted), ApiJson.Options);
        }
    }

    private static async Task<IResult> DecodeAsync(HttpContext http, [FromServices] DryRunService dryRuns)
    {
        var (body, problem) = await DagBody.ReadAsync(http);
        if (body is null)
        {
            return problem!;
        }

        using (body)
        {
            var dag = await dryRuns.DecodeAsync(body.Bytes, http.RequestAborted);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = dag.Length;
            await http.Response.Body.WriteAsync(dag, http.RequestAborted);
            return TypedResults.Empty;
        }
    }

    private static async Task<IResult> RunAsync(HttpContext http, [FromServices] DryRunService dryRuns)
    {
        var (ask, wrong) = DagQuery.Read(http.Request.Query);
        if (wrong is not null)
        {
            return wrong;
        }

        if (dryRuns.MissingGateway is { } missing)
        {
            return ApiProblem.NotAvailable(missing);
        }

        var (body, problem) = await DagBody.ReadAsync(http);
        if (body is null)
        {
            return problem!;
        }

        using (body)
        {
            try
            {
                var outcome = await dryRuns.RunAsync(body.Bytes, ask, http.RequestAborted);
                if (outcome.Report is not { } report)
                {
                    return Unreadable(outcome.Unreadable!);
                }

                http.Response.Headers.Location = $"/api/v1/dry-runs/{report.Id}";
                if (http.Request.Headers["Prefer"].Any(value => value?.Contains("return=minimal", StringComparison.OrdinalIgnoreCase) == true))
                {
                    http.Response.Headers["Preference-Applied"] = "return=minimal";
                    report = report.WithoutNodes();
                }

                return TypedResults.Json(report, ApiJson.Options, statusCode: StatusCodes.Status201Created);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException && !http.RequestAborted.IsCancellationRequested)
            {
                return ApiProblem.Of(
                    StatusCodes.Status503ServiceUnavailable,
                    "RESULT_NOT_STORED",
                    "The result could not be stored",
                    $"The dry-run ran, but its result could not be written: {error.Message}",
                    "the console's own storage",
                    "Free space in, or grant access to, the folder of the setting Storage:Path, then send it again.");
            }
        }
    }

    private static ProblemHttpResult Unreadable(CheckReport check)
    {
        var first = check.Findings.Items.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error);
        return ApiProblem.Of(
            StatusCodes.Status400BadRequest,
            first?.Code ?? FindingCodes.NotReadable,
            "The body holds no DAG",
            first?.Message ?? "No DAG could be read from the body.",
            first?.At is { } at ? $"line {at.Line}, column {at.Column}" : "request body",
            first?.Advice ?? "Send a DAG or a submission envelope as JSON or base64.",
            new Dictionary<string, object?> { ["input"] = check.Input, ["findings"] = check.Findings });
    }

    private static async Task<IResult> FindAsync(string id, HttpContext http, [FromServices] DryRunService store)
    {
        var find = await store.FindAsync(id, http.RequestAborted);
        if (find.Outcome != DryRunLookup.Found)
        {
            return NotFound(find, store);
        }

        if (http.Request.Query.ContainsKey("download"))
        {
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"dry-run-{id}.json\"";
        }

        return TypedResults.Json(find.Report, ApiJson.Options);
    }

    private static async Task<IResult> DagAsync(string id, HttpContext http, [FromServices] DryRunService store)
    {
        var (find, dag) = await store.OpenDagAsync(id, http.RequestAborted);
        return dag is null ? NotFound(find, store) : TypedResults.Stream(dag, "application/json", http.Request.Query.ContainsKey("download") ? $"dag-{id}.json" : null);
    }

    private static async Task<IResult> GraphAsync(string id, HttpContext http, [FromServices] DryRunService store)
    {
        var (find, message) = await store.GraphAsync(id, http.RequestAborted);
        return message is not null ? TypedResults.Bytes(message, "application/json")
            : find.Outcome == DryRunLookup.Found ? ApiProblem.NotFound("This DAG cannot be drawn.", "Its findings say why.")
            : NotFound(find, store);
    }

    private static ProblemHttpResult NotFound(DryRunFind find, DryRunService store)
    {
        var (detail, advice) = DryRunWords.Explain(find, store.Kept);
        return find.Outcome switch
        {
            DryRunLookup.Expired => ApiProblem.Of(StatusCodes.Status410Gone, "DRY_RUN_EXPIRED", "The result expired", detail, "path", advice,
                new Dictionary<string, object?> { ["expired_at"] = find.ExpiresAt }),
            DryRunLookup.Damaged => ApiProblem.Of(StatusCodes.Status410Gone, "DRY_RUN_DAMAGED", "The result is damaged", detail, "path", advice),
            _ => ApiProblem.NotFound(detail, advice),
        };
    }
}
