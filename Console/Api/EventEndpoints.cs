using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.Hubs;
using Qmtl.Console.Live;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Guards;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api;

/// <summary>Control events of the journal over HTTP. What comes live is streamed by the hub.</summary>
internal static class EventEndpoints
{
    private const int MaxRows = 1_000;
    private const int ExportPage = 2_000;

    public static void Map(RouteGroupBuilder api)
    {
        var events = api.MapGroup("/events").RequirePermission(Permissions.LiveRead).WithTags("Events").ProducesProblem(400).ProducesProblem(403).ProducesProblem(503)
            .AddEndpointFilter(Rail.RailProblems.Answer).AddEndpointFilter(async (call, next) => call.HttpContext.RequestServices.GetRequiredService<LiveReader>().Missing is { } missing ? ApiProblem.NotAvailable(missing) : await next(call));
        events.MapGet("", ListAsync).WithName("Events").WithSummary("Control events of the journal, newest first").Produces<LivePageMessage>()
            .WithDescription("types, worlds, strategies, tags and sources are comma lists; from and until are milliseconds since 1970; before is the next of the page before.");
        events.MapGet("/{id}", FindAsync).WithName("Event").WithSummary("One control event with its payload").Produces<LiveRow>().ProducesProblem(404);
        events.MapGet("/topics", TopicsAsync).WithName("EventTopics").WithSummary("Counters of each source and topic").Produces<IReadOnlyList<TopicRow>>();
        events.MapGet("/quarantine", QuarantineAsync).RequirePermission(Permissions.QuarantineRead).WithName("Quarantine").WithSummary("Messages that are no control events, newest first").Produces<IReadOnlyList<QuarantineRow>>();
        events.MapGet("/export.jsonl", ExportAsync).WithName("EventExport").WithSummary("Control events as JSON Lines, newest first").Produces(200, contentType: "application/jsonl");
    }

    /// <summary>A message that is no event.</summary>
    /// <param name="FirstBytes">Base64, at most 64 KiB.</param>
    internal sealed record QuarantineRow(string Source, string? Topic, string? Position, string? Key, DateTimeOffset ReceivedAt, string Reason, string FirstBytes, long Length, string Sha256);

    private static async Task<IResult> ListAsync(HttpContext http, [FromServices] LiveReader live, [FromServices] ICurrentCaller caller)
    {
        if (Read(http.Request.Query, out var request) is { } problem) return problem;
        var (before, count) = (Whole(http.Request.Query["before"]), Whole(http.Request.Query["count"]) ?? 100);
        var (rows, next) = await live.QueryAsync(caller.Caller, request, before, (int)Math.Clamp(count, 1, MaxRows), http.RequestAborted);
        return TypedResults.Json(new LivePageMessage(rows, next), ApiJson.Options);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext http, [FromServices] LiveReader live, [FromServices] ICurrentCaller caller) =>
        await live.FindAsync(caller.Caller, id, http.RequestAborted) is { } found
            ? TypedResults.Json(await live.RowAsync(caller.Caller, found.Event, http.RequestAborted), ApiJson.Options)
            : ApiProblem.NotFound($"No event of the journal has the id {id}.", "The journal holds the newest events only; one that is not kept on disk begins anew with the console.");

    private static async Task<IResult> TopicsAsync(HttpContext http, [FromServices] LiveReader live, [FromServices] ICurrentCaller caller) =>
        TypedResults.Json((await live.TopicsAsync(caller.Caller, http.RequestAborted)).Select(TopicRow.Of).ToArray(), ApiJson.Options);

    private static async Task<IResult> QuarantineAsync(HttpContext http, [FromServices] LiveReader live, [FromServices] ICurrentCaller caller) =>
        TypedResults.Json(
            (await live.QuarantineAsync(caller.Caller, http.RequestAborted)).Select(each => new QuarantineRow(
                each.Source, each.Topic, each.Position, each.Key, each.ReceivedAt, each.Reason, Convert.ToBase64String(each.FirstBytes.Span), each.Length, each.Sha256)).ToArray(),
            ApiJson.Options);

    private static async Task<IResult> ExportAsync(HttpContext http, [FromServices] LiveReader live, [FromServices] ICurrentCaller caller)
    {
        if (Read(http.Request.Query, out var request) is { } problem) return problem;
        request = request with { Data = true };
        // The first page before anything is sent, so that a refusal is an answer of its own.
        var (rows, next) = await live.QueryAsync(caller.Caller, request, null, ExportPage, http.RequestAborted);
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"control-events-{DateTimeOffset.UtcNow:yyyyMMdd-HHmmss}.jsonl\"");
        return TypedResults.Stream(
            async body =>
            {
                while (true)
                {
                    foreach (var row in rows)
                    {
                        await JsonSerializer.SerializeAsync(body, row, ApiJson.Options, http.RequestAborted);
                        await body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
                    }

                    if (next is null) return;
                    (rows, next) = await live.QueryAsync(caller.Caller, request, next, ExportPage, http.RequestAborted);
                }
            },
            "application/jsonl; charset=utf-8");
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult? Read(IQueryCollection query, out LiveRequest request)
    {
        request = new()
        {
            Types = List(query["types"]),
            Worlds = List(query["worlds"]),
            Strategies = List(query["strategies"]),
            Tags = List(query["tags"]),
            Sources = List(query["sources"]),
            Key = query["key"] is [{ Length: > 0 } key] ? key : null,
            Text = query["text"] is [{ Length: > 0 } text] ? text : null,
            From = Whole(query["from"]),
            Until = Whole(query["until"]),
            Data = query["data"] == "true",
        };
        foreach (var name in new[] { "from", "until", "before", "count" })
        {
            if (query[name] is [{ Length: > 0 } given] && Whole(given) is null) return ApiProblem.BadQuery(name, $"\"{given}\" is no whole number.", "Times are milliseconds since 1970, UTC.");
        }

        return request.Problem() is { } problem ? ApiProblem.BadQuery("filter", problem, "Ask for less, or in several requests.") : null;
    }

    private static string[] List(Microsoft.Extensions.Primitives.StringValues values) =>
        [.. values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static long? Whole(Microsoft.Extensions.Primitives.StringValues value) =>
        long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : null;
}
