using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Guards;
using Qmtl.Operations.Jobs;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>Executions of plans over HTTP.</summary>
internal static class JobEndpoints
{
    private const int MostJobs = 500;
    private const int MostItems = 10_000;

    public static void Map(RouteGroupBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs").AddEndpointFilter(RailProblems.Answer).RequirePermission(Permissions.JobsRead).ProducesProblem(403);
        jobs.MapGet("", ListAsync).WithName("Jobs").WithSummary("Jobs, newest first").Produces<JobsAnswer>().ProducesProblem(400)
            .DescribeQuery(("state", "States, for instance running,interrupted.", false), ("plan", "Id of a plan.", false), ("after", "From next of the page before.", false), ("limit", "1 to 500; 100 otherwise.", false));
        jobs.MapGet("/{id}", FindAsync).WithName("Job").WithSummary("One job").Produces<JobAnswer>().ProducesProblem(404);
        jobs.MapGet("/{id}/items", ItemsAsync).WithName("JobItems").WithSummary("How each item of a job ended").Produces<JobItemsAnswer>().ProducesProblem(400).ProducesProblem(404)
            .DescribeQuery(("state", "One state, for instance failed.", false), ("from", "How many of them to skip; 0 otherwise.", false), ("count", "1 to 10000; 1000 otherwise.", false));
        jobs.MapPost("/{id}/pause", PauseAsync).WithName("PauseJob").RequirePermission(Permissions.JobsControl).WithSummary("Pause a job").WithDescription("It stops after the items in flight.")
            .DescribeBody<PlanEndpoints.EmptyBody>().Produces<JobAnswer>().ProducesProblem(404).ProducesProblem(409);
        jobs.MapPost("/{id}/resume", ResumeAsync).WithName("ResumeJob").RequirePermission(Permissions.JobsControl).WithSummary("Resume a paused or interrupted job")
            .WithDescription("This console takes it over. An item that was started and has no result is read from the target, else it is unknown and not repeated.")
            .DescribeBody<PlanEndpoints.EmptyBody>().Produces<JobAnswer>().ProducesProblem(404).ProducesProblem(409);
        jobs.MapPost("/{id}/cancel", CancelAsync).WithName("CancelJob").RequirePermission(Permissions.JobsControl).WithSummary("Cancel a job").WithDescription("Items that were not started stay undone; what was done stays done.")
            .DescribeBody<PlanEndpoints.ReasonBody>().Produces<JobAnswer>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
    }

    private static async Task<IResult> ListAsync(HttpContext http, [FromServices] IJobs jobs, [FromServices] ICurrentCaller current)
    {
        var query = new RailQuery(http.Request.Query);
        var asked = new JobQuery
        {
            States = query.Choices<JobState>("state"),
            PlanId = query.Text("plan"),
            After = query.Text("after"),
            Limit = query.Number("limit", 100, 1, MostJobs),
        };
        if (query.Problem is { } problem) return problem;
        var page = await jobs.ListAsync(current.Caller, asked, http.RequestAborted);
        return TypedResults.Json(new JobsAnswer([.. page.Jobs.Select(JobAnswer.Of)], page.Next), ApiJson.Options);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext http, [FromServices] IJobs jobs, [FromServices] ICurrentCaller current) =>
        await jobs.FindAsync(current.Caller, id, http.RequestAborted) is { } job ? Answer(job) : Unknown(id);

    private static async Task<IResult> ItemsAsync(string id, HttpContext http, [FromServices] IJobs jobs, [FromServices] ICurrentCaller current)
    {
        var query = new RailQuery(http.Request.Query);
        var state = query.Choice<JobItemState>("state");
        var from = query.Number("from", 0, 0, int.MaxValue - MostItems - 1);
        var count = query.Number("count", 1000, 1, MostItems);
        if (query.Problem is { } problem) return problem;
        if (await jobs.FindAsync(current.Caller, id, http.RequestAborted) is null) return Unknown(id);
        // One more than asked for tells whether there are more.
        var items = await jobs.ItemsAsync(current.Caller, id, state, from, count + 1, http.RequestAborted);
        return TypedResults.Json(new JobItemsAnswer([.. items.Take(count)], items.Count > count ? from + count : null), ApiJson.Options);
    }

    private static async Task<IResult> PauseAsync(string id, HttpContext http, [FromServices] IJobs jobs, [FromServices] ICurrentCaller current) =>
        await ActAsync<PlanEndpoints.EmptyBody>(id, http, jobs, current, _ => jobs.PauseAsync(current.Caller, id, http.RequestAborted));

    private static async Task<IResult> ResumeAsync(string id, HttpContext http, [FromServices] IJobs jobs, [FromServices] ICurrentCaller current) =>
        await ActAsync<PlanEndpoints.EmptyBody>(id, http, jobs, current, _ => jobs.ResumeAsync(current.Caller, id, http.RequestAborted));

    private static async Task<IResult> CancelAsync(string id, HttpContext http, [FromServices] IJobs jobs, [FromServices] ICurrentCaller current) =>
        await ActAsync<PlanEndpoints.ReasonBody>(id, http, jobs, current, body => jobs.CancelAsync(current.Caller, id, body.Reason ?? "", http.RequestAborted));

    private static async Task<IResult> ActAsync<TBody>(string id, HttpContext http, IJobs jobs, ICurrentCaller current, Func<TBody, Task<Job>> act)
        where TBody : class
    {
        var (body, problem) = await RailBody.ReadAsync<TBody>(http);
        if (body is null) return problem!;
        return await jobs.FindAsync(current.Caller, id, http.RequestAborted) is null ? Unknown(id) : Answer(await act(body));
    }

    private static IResult Answer(Job job) => TypedResults.Json(JobAnswer.Of(job), ApiJson.Options);

    private static IResult Unknown(string id) => ApiProblem.NotFound($"No job has the id {id}.", "GET /api/v1/jobs lists them.");
}
