using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Qmtl.Console.Graphs;
using Qmtl.Console.Security.Guards;
using Qmtl.Gateway;
using Qmtl.Shared.Graphs;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api;

/// <summary>Strategies, their DAGs and their drawings over HTTP. All of them read only.</summary>
internal static class StrategyEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var strategies = api.MapGroup("/strategies").WithTags("Strategies").RequirePermission(Permissions.StrategiesRead).ProducesProblem(403).ProducesProblem(503)
            .AddEndpointFilter(async (call, next) => call.HttpContext.RequestServices.GetRequiredService<StrategyGraphs>().Missing is { } missing
                ? ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "NOT_AVAILABLE", $"{missing.Name} is not available", missing.Reason, "console settings", missing.Advice)
                : await next(call));
        strategies.MapGet("", ListAsync).WithName("Strategies").WithSummary("All submissions, newest first").Produces<StrategiesAnswer>();
        strategies.MapGet("/{id}", FindAsync).WithName("Strategy").WithSummary("One submission")
            .Produces<StrategyAnswer>().ProducesProblem(404);
        strategies.MapGet("/{id}/dag", DagAsync).WithName("StrategyDag").WithSummary("The DAG as submitted")
            .Produces(200, contentType: "application/json").ProducesProblem(404);
        strategies.MapGet("/{id}/graph", GraphAsync).WithName("StrategyGraph").WithSummary("The laid out graph as one compact message")
            .WithDescription("Coordinates, routes, names and badges, as the canvas of the strategy page reads it. Carries an entity tag; compressed where the client takes it.")
            .Produces(200, contentType: "application/json").Produces(304).ProducesProblem(404);
        strategies.MapGet("/{id}/graph.svg", SvgAsync).WithName("StrategySvg").WithSummary("The graph as SVG")
            .Produces(200, contentType: "image/svg+xml").ProducesProblem(404);
        strategies.MapGet("/{id}/compare/{other}/graph", CompareAsync).WithName("StrategyComparison").WithSummary("Two versions merged into one laid out graph")
            .WithDescription("The version submitted first counts as the older. Badges tell added, removed, changed and re-wired nodes, eflags the added and removed edges.")
            .Produces(200, contentType: "application/json").Produces(304).ProducesProblem(404);
    }

    /// <summary>The list with its source and age.</summary>
    internal sealed record StrategiesAnswer(IReadOnlyList<StrategyAnswer> Strategies, string Source, DateTimeOffset ReadAt);

    /// <summary>One submission; times are UTC.</summary>
    internal sealed record StrategyAnswer(
        string StrategyId, string? Family, string? Version, StrategyState State, IReadOnlyList<string> WorldIds, IReadOnlyList<string> Tags,
        int NodeCount, DateTimeOffset SubmittedAt, string SentinelId, string DagHash)
    {
        public static StrategyAnswer Of(StrategyRecord record) => new(
            record.StrategyId, record.Family, record.Version, record.State, record.WorldIds, record.Tags,
            record.NodeCount, record.SubmittedAt, record.SentinelId, record.DagHash);
    }

    private static async Task<IResult> ListAsync(HttpContext http, [FromServices] StrategyGraphs strategies)
    {
        var list = await strategies.ListAsync(http.RequestAborted);
        return TypedResults.Json(new StrategiesAnswer([.. list.Strategies.Select(StrategyAnswer.Of)], list.Source, list.ReadAt), ApiJson.Options);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext http, [FromServices] StrategyGraphs strategies) =>
        await strategies.FindAsync(id, http.RequestAborted) is { } record
            ? TypedResults.Json(StrategyAnswer.Of(record), ApiJson.Options)
            : Unknown(id);

    private static async Task<IResult> DagAsync(string id, HttpContext http, [FromServices] StrategyGraphs strategies)
    {
        if (await strategies.ReadDagAsync(id, http.RequestAborted) is not { } document) return Unknown(id);
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Bytes(document.DagUtf8, "application/json; charset=utf-8");
    }

    private static async Task<IResult> GraphAsync(string id, HttpContext http, [FromServices] StrategyGraphs strategies) =>
        await strategies.MessageAsync(id, http.RequestAborted) is { } message
            ? Send(http, message)
            : await MissingAsync(id, http, strategies);

    private static async Task<IResult> SvgAsync(string id, HttpContext http, [FromServices] StrategyGraphs strategies)
    {
        if (await strategies.DetailAsync(id, http.RequestAborted) is not { } detail) return await MissingAsync(id, http, strategies);
        var svg = SvgDrawing.ToSvg(detail.Dag.Nodes, detail.Graph, detail.Drawing.Layout, i => detail.Nodes[i].Facts, detail.Strategy.DisplayName);
        http.Response.Headers.CacheControl = "private, no-cache";
        // An SVG opened by itself is a document of this host: nothing in it may run.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return TypedResults.Text(svg, "image/svg+xml");
    }

    private static async Task<IResult> CompareAsync(string id, string other, HttpContext http, [FromServices] StrategyGraphs strategies)
    {
        if (await strategies.CompareAsync(id, other, http.RequestAborted) is { } comparison) return Send(http, strategies.MessageOf(comparison));
        return await strategies.DetailAsync(id, http.RequestAborted) is null
            ? await MissingAsync(id, http, strategies)
            : await MissingAsync(other, http, strategies);
    }

    /// <summary>Sends a message with its entity tag. Fresh for five seconds, so that what was fetched ahead when the pointer came to a link is used.</summary>
    private static IResult Send(HttpContext http, GraphBytes message)
    {
        var headers = http.Response.Headers;
        headers.CacheControl = "private, max-age=5";
        headers.ETag = message.ETag;
        headers.Vary = "Accept-Encoding";
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Compare(new EntityTagHeaderValue(message.ETag), useStrongComparison: false)))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        var (bytes, encoding) = message.For(http.Request.Headers.AcceptEncoding);
        if (encoding is not null) headers.ContentEncoding = encoding;
        return TypedResults.Bytes(bytes, "application/json");
    }

    private static async Task<IResult> MissingAsync(string id, HttpContext http, StrategyGraphs strategies) =>
        await strategies.FindAsync(id, http.RequestAborted) is null
            ? Unknown(id)
            : ApiProblem.NotFound($"The DAG of strategy {id} cannot be read, so there is no graph.", "Fetch /dag to see what is stored.");

    private static IResult Unknown(string id) => ApiProblem.NotFound($"No strategy has the id {id}.", "GET /api/v1/strategies lists the ids that are known.");
}
