using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Guards;
using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>The audit over HTTP: records by filter, the check of the chain, records as a file.</summary>
internal static class AuditEndpoints
{
    private static readonly (string, string, bool)[] Filters =
    [
        ("from", "From this time on, for instance 2026-11-21T00:00:00Z.", false), ("until", "Before this time.", false), ("actor", "User id.", false), ("action", "For instance plan.approve.", false),
        ("target", "What it was done to.", false), ("outcome", "intended, done, failed, skipped, unknown or denied.", false), ("operation", "Id of a plan.", false), ("correlation", "Correlation id.", false),
        ("text", "Anywhere in reason, detail, target, item, actor's name or parameters.", false),
        ("word", "The same, for each word; may be repeated.", false),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit").AddEndpointFilter(RailProblems.Answer).RequirePermission(Permissions.AuditRead).ProducesProblem(403).ProducesProblem(503);
        audit.MapGet("", QueryAsync).WithName("AuditRecords").WithSummary("Records of the audit, newest first")
            .WithDescription("A page can end before it is full when the time for one search is over: go on with next.").Produces<AuditAnswer>().ProducesProblem(400)
            .DescribeQuery([.. Filters, ("before", "From next of the page before.", false), ("limit", "1 to 1000; 100 otherwise.", false)]);
        audit.MapGet("/verify", VerifyAsync).RequirePermission(Permissions.AuditVerify).WithName("VerifyAudit").WithSummary("Check the chain from the first to the last record, and against the head that is kept elsewhere").Produces<VerificationAnswer>();
        audit.MapGet("/export.csv", ExportCsvAsync).WithName("ExportAuditCsv").WithSummary("Records as CSV, newest first").WithDescription("Cells that a spreadsheet would take for a formula begin with an apostrophe. The export is recorded.")
            .Produces<string>(200, AuditExport.Csv).ProducesProblem(400).DescribeQuery(Filters);
        audit.MapGet("/export.jsonl", ExportJsonAsync).WithName("ExportAuditJsonLines").WithSummary("Records as JSON Lines, newest first").WithDescription("The export is recorded.")
            .Produces<string>(200, AuditExport.JsonLines).ProducesProblem(400).DescribeQuery(Filters);
    }

    private static async Task<IResult> QueryAsync(HttpContext http, [FromServices] IAuditReader audit, [FromServices] ICurrentCaller current)
    {
        var (query, asked, problem) = Read(http);
        var limit = query.Number("limit", 100, 1, 1_000);
        var before = Whole(query, "before");
        if ((problem ?? query.Problem) is { } wrong) return wrong;
        var page = await audit.QueryAsync(current.Caller, asked with { Limit = limit, Before = before }, http.RequestAborted);
        return TypedResults.Json(new AuditAnswer([.. page.Records.Select(AuditRecordAnswer.Of)], page.Next, page.IsPartial, page.Newest, page.Matches, page.Unreadable), ApiJson.Options);
    }

    private static async Task<IResult> VerifyAsync(HttpContext http, [FromServices] IAuditReader audit, [FromServices] ICurrentCaller current)
    {
        var verification = await audit.VerifyAsync(current.Caller, null, http.RequestAborted);
        return TypedResults.Json(
            new VerificationAnswer(AuditWords.NameOf(verification.Verdict), verification.Checked, verification.FirstBroken, verification.Explanation, verification.Breaks), ApiJson.Options);
    }

    private static Task<IResult> ExportCsvAsync(HttpContext http, [FromServices] IAuditReader audit, [FromServices] ICurrentCaller current, [FromServices] TimeProvider time) =>
        ExportAsync(http, audit, current, time, "csv", AuditExport.Csv, AuditExport.WriteCsvAsync);

    private static Task<IResult> ExportJsonAsync(HttpContext http, [FromServices] IAuditReader audit, [FromServices] ICurrentCaller current, [FromServices] TimeProvider time) =>
        ExportAsync(http, audit, current, time, "jsonl", AuditExport.JsonLines, AuditExport.WriteJsonLinesAsync);

    private static async Task<IResult> ExportAsync(
        HttpContext http, IAuditReader audit, ICurrentCaller current, TimeProvider time, string format, string type, Func<IAsyncEnumerable<NumberedRecord>, Stream, CancellationToken, Task> write)
    {
        var (query, asked, problem) = Read(http);
        if ((problem ?? query.Problem) is { } wrong) return wrong;
        // Asked for and recorded before the first byte is sent: a refusal is still a proper answer.
        var records = await audit.ExportAsync(current.Caller, asked, format, http.RequestAborted);
        var name = string.Create(CultureInfo.InvariantCulture, $"audit-{time.GetUtcNow():yyyyMMdd-HHmmss}.{format}");
        return TypedResults.Stream(stream => write(records, stream, http.RequestAborted), type, name);
    }

    private static (RailQuery Query, AuditQuery Asked, IResult? Problem) Read(HttpContext http)
    {
        var query = new RailQuery(http.Request.Query);
        IResult? problem = null;
        var asked = new AuditQuery
        {
            From = Time("from"),
            Until = Time("until"),
            Actor = query.Text("actor"),
            Action = query.Text("action"),
            Target = query.Text("target"),
            Outcome = query.Text("outcome"),
            OperationId = query.Text("operation"),
            CorrelationId = query.Text("correlation"),
            Text = query.Text("text"),
            Words = [.. http.Request.Query["word"].OfType<string>().Where(word => word.Length > 0).Take(20)],
        };
        return (query, asked, problem);

        DateTimeOffset? Time(string name)
        {
            if (query.Text(name) is not { } text) return null;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
            problem ??= ApiProblem.BadQuery(name, $"\"{text}\" is not a time.", "Write it as 2026-11-21T15:00:00Z.");
            return null;
        }
    }

    private static long? Whole(RailQuery query, string name)
    {
        if (query.Text(name) is not { } text) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : query.Number(name, 0, 1, int.MaxValue);
    }

    /// <param name="Next">For before; null at the end.</param>
    /// <param name="Partial">Whether the time for one search was over before the page was full.</param>
    /// <param name="Newest">Number of the newest record of all.</param>
    /// <param name="Matches">How many match in all; null when that is not known.</param>
    /// <param name="Unreadable">Records on this stretch that cannot be shown, and why.</param>
    private sealed record AuditAnswer(IReadOnlyList<AuditRecordAnswer> Records, long? Next, bool Partial, long Newest, long? Matches, IReadOnlyList<string> Unreadable);

    private sealed record VerificationAnswer(string Verdict, long Checked, long? FirstBroken, string Explanation, IReadOnlyList<string> Breaks);
}

/// <summary>A record as the API writes it.</summary>
internal sealed record AuditRecordAnswer(
    long Number, DateTimeOffset At, string Phase, string Action, string Outcome, string Actor, string ActorName, string ActorKind, string? Session, string? Address, string? Permission, string? Scope,
    string Target, string? Item, JsonElement? Parameters, long? Planned, long? Done, string? Reason, string? Detail, string? Operation, string? Correlation)
{
    public static AuditRecordAnswer Of(NumberedRecord numbered)
    {
        var record = numbered.Record;
        return new(
            numbered.Number, record.At, Words.Of(record.Phase), record.Action, record.Outcome, record.Actor, record.ActorName, Words.Of(record.ActorKind), record.Session, record.Address, record.Permission, record.Scope,
            record.Target, record.Item, Json(record.Parameters), record.Planned, record.Done, record.Reason, record.Detail, record.OperationId, record.CorrelationId);
    }

    private static JsonElement? Json(string? text)
    {
        if (text is null) return null;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
