using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Guards;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>Plans over HTTP: the same rail as the pages, with the same refusals.</summary>
internal static class PlanEndpoints
{
    private const int MostPlans = 500;
    private const int MostItems = 10_000;

    public static void Map(RouteGroupBuilder api)
    {
        var plans = api.MapGroup("/plans").WithTags("Plans").AddEndpointFilter(RailProblems.Answer).RequirePermission(Permissions.PlansRead).ProducesProblem(403);
        plans.MapGet("/kinds", Kinds).WithName("PlanKinds").WithSummary("Kinds of operation, with the policy in force for each").Produces<KindsAnswer>();
        plans.MapGet("", ListAsync).WithName("Plans").WithSummary("Plans, newest first")
            .WithDescription("Follow next with after until it is null. Several states are separated by commas.")
            .Produces<PlansAnswer>().ProducesProblem(400)
            .DescribeQuery(
                ("list", "recent (default), mine, or waiting_for_me.", false), ("state", "States, for instance ready,executing.", false), ("kind", "Kind of operation.", false),
                ("target", "Target.", false), ("text", "Anywhere in title, summary, reason or names.", false), ("after", "From next of the page before.", false), ("limit", "1 to 500; 100 otherwise.", false));
        plans.MapPost("", CreateAsync).WithName("CreatePlan").WithSummary("Plan an operation")
            .WithDescription("Works out exactly what would happen and stores it. Changes nothing. With the header Idempotency-Key the same request sent again answers the plan that the first one made.")
            .DescribeBody<CreateBody>().Produces<PlanAnswer>(201).Produces<PlanAnswer>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(422);
        plans.MapPost("/immediate", DoAsync).WithName("DoImmediately").WithSummary("Do an operation of an immediate kind")
            .WithDescription("Plans, confirms and executes in one call; only for kinds whose policy says immediate. With the header Idempotency-Key a request sent again does nothing twice.")
            .DescribeBody<CreateBody>().Produces<PlanAnswer>(201).Produces<PlanAnswer>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(422);
        plans.MapGet("/{id}", FindAsync).WithName("Plan").WithSummary("One plan, with what the caller may do to it now")
            .Produces<PlanAnswer>().Produces(304).ProducesProblem(404);
        plans.MapGet("/{id}/items", ItemsAsync).WithName("PlanItems").WithSummary("The items that a plan would change, in order of execution")
            .Produces<PlanItemsAnswer>().ProducesProblem(400).ProducesProblem(404)
            .DescribeQuery(("from", "Index of the first; 0 otherwise.", false), ("count", "1 to 10000; 1000 otherwise.", false));

        Post<ConfirmBody>(plans, "/{id}/confirm", ConfirmAsync, "ConfirmPlan", "Confirm a plan", "Needs an interactive session of a person. The digest is that of the plan that was read.").ProducesProblem(410).ProducesProblem(422);
        Post<ApproveBody>(plans, "/{id}/approve", ApproveAsync, "ApprovePlan", "Approve a plan", "Needs an interactive session of a second person. The digest is that of the plan that was read.").ProducesProblem(410).RequirePermission(Permissions.PlansApprove);
        Post<ReasonBody>(plans, "/{id}/reject", RejectAsync, "RejectPlan", "Reject a plan", "It can no longer be executed.").ProducesProblem(422);
        Post<ReasonBody>(plans, "/{id}/withdraw", WithdrawAsync, "WithdrawPlan", "Withdraw one's own plan", "It can no longer be executed.").ProducesProblem(422);
        Post<EmptyBody>(plans, "/{id}/execute", ExecuteAsync, "ExecutePlan", "Execute a plan", "Starts its job and answers when it has ended (200) or after two seconds (202). Sent twice it executes once.").Produces<PlanAnswer>(202).ProducesProblem(410);
        Post<ReasonBody>(plans, "/{id}/undo", UndoAsync, "UndoPlan", "Plan the undo of an executed plan", "Makes the plan that takes it back and answers that one; it rides the rail like any other.").Produces<PlanAnswer>(201).ProducesProblem(422);
        Post<NoteBody>(plans, "/{id}/review", ReviewAsync, "ReviewPlan", "Note that an emergency was reviewed afterwards", "By a second person.").RequirePermission(Permissions.PlansReview);
    }

    private static RouteHandlerBuilder Post<TBody>(RouteGroupBuilder plans, string path, Delegate handler, string name, string summary, string description) =>
        plans.MapPost(path, handler).WithName(name).WithSummary(summary).WithDescription(description)
            .DescribeBody<TBody>().Produces<PlanAnswer>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413);

    /// <param name="Parameters">The kind's parameters by name.</param>
    internal sealed record CreateBody(string? Kind, string? Target, JsonElement? Parameters, string? Reason);

    internal sealed record ConfirmBody(string? Digest, string? Reason, string? TypedTarget);

    internal sealed record ApproveBody(string? Digest, string? Note);

    internal sealed record ReasonBody(string? Reason);

    internal sealed record NoteBody(string? Note);

    internal sealed record EmptyBody;

    private static IResult Kinds([FromServices] IPlans plans, [FromServices] ICurrentCaller current)
    {
        var decision = current.May(Permissions.PlansRead);
        if (!decision.Allowed) throw new PermissionDeniedException(Permissions.PlansRead, null, decision.Reason);
        return TypedResults.Json(new KindsAnswer([.. plans.Kinds.Select(KindAnswer.Of)]), ApiJson.Options);
    }

    private static async Task<IResult> ListAsync(HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current, [FromServices] PublicAddress address)
    {
        var query = new RailQuery(http.Request.Query);
        var asked = new PlanQuery(query.Choice("list", PlanList.Recent))
        {
            States = query.Choices<PlanState>("state"),
            Kind = query.Text("kind"),
            Target = query.Text("target"),
            Text = query.Text("text"),
            After = query.Text("after"),
            Limit = query.Number("limit", 100, 1, MostPlans),
        };
        if (query.Problem is { } problem) return problem;
        var page = await plans.ListAsync(current.Caller, asked, http.RequestAborted);
        var origin = address.Of(http);
        return TypedResults.Json(new PlansAnswer([.. page.Plans.Select(plan => PlanAnswer.Of(plan, origin))], page.Next), ApiJson.Options);
    }

    private static Task<IResult> CreateAsync(HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        MakeAsync(http, current.Caller, request => plans.CreateAsync(current.Caller, request, http.RequestAborted), "plan");

    private static Task<IResult> DoAsync(HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        MakeAsync(http, current.Caller, request => plans.DoAsync(current.Caller, request, http.RequestAborted), "do");

    private static async Task<IResult> MakeAsync(HttpContext http, Caller caller, Func<PlanRequest, Task<Plan>> make, string what)
    {
        var (body, problem) = await RailBody.ReadAsync<CreateBody>(http);
        if (body is null) return problem!;
        if (body.Parameters is { ValueKind: not JsonValueKind.Object and not JsonValueKind.Null })
        {
            return ApiProblem.Of(400, "BAD_BODY", "The body could not be read", "parameters is no object.", "$.parameters", "Send an object with the kind's parameters by name, or leave it out.");
        }

        var request = new PlanRequest(body.Kind ?? "", body.Target ?? "", body.Parameters is { ValueKind: JsonValueKind.Object } given ? given : default, body.Reason ?? "");
        if (http.Request.Headers["Idempotency-Key"].ToString() is not { Length: > 0 } key)
        {
            return await AnswerAsync(http, await make(request), StatusCodes.Status201Created);
        }

        if (key.Length > PlanReplays.MostCharacters)
        {
            return ApiProblem.Of(400, "BAD_HEADER", "A header is wrong", $"Idempotency-Key has {key.Length} characters.", "header Idempotency-Key", $"Send at most {PlanReplays.MostCharacters}, for instance a UUID.");
        }

        var (id, replayed) = await http.RequestServices.GetRequiredService<PlanReplays>().OnceAsync(caller, $"{what}:{key}", request, () => make(request), http.RequestAborted);
        var plan = await ReadAsync(http, id, caller);
        if (plan is null) return Unknown(id);
        if (replayed) http.Response.Headers["Idempotency-Replayed"] = "true";
        return await AnswerAsync(http, plan, replayed ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext http, [FromServices] ICurrentCaller current)
    {
        if (await ReadAsync(http, id, current.Caller) is not { } plan) return Unknown(id);
        var tags = http.Request.GetTypedHeaders().IfNoneMatch;
        if (!tags.Any(tag => tag.Tag == "*" || tag.Compare(EntityTag(plan), useStrongComparison: false))) return await AnswerAsync(http, plan, StatusCodes.Status200OK);
        SetTag(http, plan);
        return TypedResults.StatusCode(StatusCodes.Status304NotModified);
    }

    private static async Task<IResult> ItemsAsync(string id, HttpContext http, [FromServices] ICurrentCaller current)
    {
        var query = new RailQuery(http.Request.Query);
        var from = query.Number("from", 0, 0, int.MaxValue);
        var count = query.Number("count", 1000, 1, MostItems);
        if (query.Problem is { } problem) return problem;
        if (await ReadAsync(http, id, current.Caller) is not { } plan) return Unknown(id);
        SetTag(http, plan);
        var items = plan.Content.Items;
        var end = Math.Min((long)from + count, items.Count);
        return TypedResults.Json(new PlanItemsAnswer([.. items.Skip(from).Take(count)], items.Count, end < items.Count ? (int)end : null), ApiJson.Options);
    }

    private static Task<IResult> ConfirmAsync(string id, HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        ActAsync<ConfirmBody>(http, body => plans.ConfirmAsync(current.Caller, id, new(body.Digest ?? "", body.Reason ?? "", body.TypedTarget), http.RequestAborted));

    private static Task<IResult> ApproveAsync(string id, HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        ActAsync<ApproveBody>(http, body => plans.ApproveAsync(current.Caller, id, body.Digest ?? "", body.Note ?? "", http.RequestAborted));

    private static Task<IResult> RejectAsync(string id, HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        ActAsync<ReasonBody>(http, body => plans.RejectAsync(current.Caller, id, body.Reason ?? "", http.RequestAborted));

    private static Task<IResult> WithdrawAsync(string id, HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        ActAsync<ReasonBody>(http, body => plans.WithdrawAsync(current.Caller, id, body.Reason ?? "", http.RequestAborted));

    private static Task<IResult> ExecuteAsync(string id, HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        ActAsync<EmptyBody>(http, _ => plans.ExecuteAsync(current.Caller, id, http.RequestAborted));

    private static Task<IResult> ReviewAsync(string id, HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        ActAsync<NoteBody>(http, body => plans.ReviewAsync(current.Caller, id, body.Note ?? "", http.RequestAborted));

    private static Task<IResult> UndoAsync(string id, HttpContext http, [FromServices] IPlans plans, [FromServices] ICurrentCaller current) =>
        ActAsync<ReasonBody>(http, body => plans.PlanUndoAsync(current.Caller, id, body.Reason ?? "", http.RequestAborted), StatusCodes.Status201Created);

    /// <summary>Acts on a plan. A request that is sent again and has had its effect is answered by the rail with the plan as it is, and has none.</summary>
    private static async Task<IResult> ActAsync<TBody>(HttpContext http, Func<TBody, Task<Plan>> act, int status = StatusCodes.Status200OK)
        where TBody : class
    {
        var (body, problem) = await RailBody.ReadAsync<TBody>(http);
        if (body is null) return problem!;
        var plan = await act(body);
        return await AnswerAsync(http, plan, plan.State == PlanState.Executing ? StatusCodes.Status202Accepted : status);
    }

    private static Task<Plan?> ReadAsync(HttpContext http, string id, Caller caller) =>
        http.RequestServices.GetRequiredService<IPlans>().FindAsync(caller, id, http.RequestAborted);

    private static async Task<IResult> AnswerAsync(HttpContext http, Plan plan, int status)
    {
        var services = http.RequestServices;
        var choices = await services.GetRequiredService<IPlans>().ChoicesAsync(services.GetRequiredService<ICurrentCaller>().Caller, plan, http.RequestAborted);
        SetTag(http, plan);
        if (status is StatusCodes.Status201Created) http.Response.Headers.Location = $"/api/v1/plans/{Uri.EscapeDataString(plan.Id)}";
        return TypedResults.Json(PlanAnswer.Of(plan, services.GetRequiredService<PublicAddress>().Of(http), choices), ApiJson.Options, statusCode: status);
    }

    private static void SetTag(HttpContext http, Plan plan)
    {
        http.Response.Headers.ETag = EntityTag(plan).ToString();
        http.Response.Headers.CacheControl = "private, no-cache";
    }

    // What the caller may do depends on time and caller, not on the plan alone: weak.
    private static EntityTagHeaderValue EntityTag(Plan plan) => new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{plan.Digest}.{plan.Version}\""), isWeak: true);

    private static IResult Unknown(string id) => ApiProblem.NotFound($"No plan has the id {id}.", "GET /api/v1/plans lists them.");
}
