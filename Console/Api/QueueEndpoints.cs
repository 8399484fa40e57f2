using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.Configuration;
using Qmtl.Console.DryRuns;
using Qmtl.Console.Security.Guards;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api;

/// <summary>Queue lookup over HTTP.</summary>
internal static class QueueEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/queues/by_tag", ByTagAsync)
            .WithName("QueuesByTag").RequirePermission(Permissions.QueuesRead).WithTags("Queues")
            .WithSummary("Queues by tag and interval")
            .WithDescription("tags is a comma list, interval in seconds, match_mode any or all; with a world each name carries world and execution domain in front.")
            .Produces<QueuesAnswer>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .DescribeQuery(
                ("tags", "Comma list of tags.", true),
                ("interval", "Bar interval in seconds.", true),
                ("match_mode", "any (default) or all.", false),
                ("world_id", "World; prefixes the names.", false),
                ("execution_domain", "Domain; live when a world is given without it.", false));

    /// <summary>Queues found.</summary>
    internal sealed record QueuesAnswer(IReadOnlyList<QueueView> Queues);

    private static async Task<IResult> ByTagAsync(HttpContext http, [FromServices] Available<IGateway> gateways)
    {
        if (gateways.Service is not { } gateway)
        {
            return ApiProblem.NotAvailable(gateways.Missing);
        }

        var query = http.Request.Query;
        if (!query.ContainsKey("tags"))
        {
            return ApiProblem.BadQuery("tags", "The parameter is missing.", "Name at least one tag, for instance ?tags=btc,price&interval=60.");
        }

        var tags = query["tags"].SelectMany(list => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal).ToList();
        var text = query["interval"].ToString();
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var interval))
        {
            return ApiProblem.BadQuery("interval", text.Length == 0 ? "The parameter is missing." : $"\"{text}\" is no number of seconds.", "Give the bar interval in whole seconds, for instance 60.");
        }

        TagMatch? match = query["match_mode"].ToString().Trim().ToLowerInvariant() switch
        {
            "" or "any" => TagMatch.Any,
            "all" => TagMatch.All,
            _ => null,
        };
        if (match is null)
        {
            return ApiProblem.BadQuery("match_mode", $"\"{query["match_mode"]}\" is no match mode.", "Say any or all. (QMTL itself would silently take any.)");
        }

        var found = await gateway.QueuesByTagAsync(new(tags, interval, match.Value, Text("world_id"), Text("execution_domain")), http.RequestAborted);
        return TypedResults.Json(new QueuesAnswer([.. found.Select(queue => new QueueView(queue.Queue, queue.Global))]), ApiJson.Options);

        string? Text(string name) => query[name].ToString() is { Length: > 0 } value ? value.Trim() : null;
    }
}
