using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Qmtl.Tests.Integration.Rail;

/// <summary>The rail over HTTP, on the real server, with what goes right and what must be refused.</summary>
public sealed class PlanApiTests(RailHost rail) : IClassFixture<RailHost>
{
    [Fact]
    public async Task A_change_rides_the_whole_rail_and_is_taken_back()
    {
        var before = rail.Activity;
        var plan = await rail.PlanAsync(rail.Alice);
        Assert.Equal("planned", RailHost.Text(plan, "state"));
        Assert.EndsWith("/plans/" + RailHost.Id(plan), RailHost.Text(plan, "link"));
        var confirmed = await RailHost.OkAsync(rail.Alice, $"plans/{RailHost.Id(plan)}/confirm", new { digest = RailHost.Text(plan, "digest"), reason = "test" });
        Assert.Equal("waiting_for_approval", RailHost.Text(confirmed, "state"));
        Assert.Contains((await RailHost.GetAsync(rail.Bob, "plans?list=waiting_for_me")).GetProperty("plans").EnumerateArray(), waiting => RailHost.Id(waiting) == RailHost.Id(plan));
        var approved = await RailHost.OkAsync(rail.Bob, $"plans/{RailHost.Id(plan)}/approve", new { digest = RailHost.Text(plan, "digest"), note = "fine" });
        Assert.Equal("ready", RailHost.Text(approved, "state"));
        Assert.Equal(before, rail.Activity);
        var executed = await RailHost.OkAsync(rail.Alice, $"plans/{RailHost.Id(plan)}/execute", new { });
        Assert.Equal("executed", RailHost.Text(executed, "state"));
        Assert.Equal(1, executed.GetProperty("counts").GetProperty("done").GetInt32());
        Assert.Equal(!before.IsPaused, rail.Activity.IsPaused);

        // Its moment stands on the tape, with the plan.
        var marks = (await RailHost.GetAsync(rail.Alice, "events?types=console.change&count=100")).GetProperty("events").EnumerateArray().Select(mark => RailHost.Text(mark, "id")).ToArray();
        var marked = await Task.WhenAll(marks.Select(id => RailHost.GetAsync(rail.Alice, $"events/{Uri.EscapeDataString(id)}")));
        Assert.Single(marked, mark => RailHost.Text(mark.GetProperty("data"), "plan") == RailHost.Id(plan));

        var job = RailHost.Text(executed, "job_id");
        Assert.Equal("ended", RailHost.Text(await RailHost.GetAsync(rail.Alice, $"jobs/{job}"), "state"));
        Assert.Equal("done", RailHost.Text((await RailHost.GetAsync(rail.Alice, $"jobs/{job}/items?state=done")).GetProperty("items")[0], "state"));
        await RailHost.RefusedAsync(rail.Alice, $"jobs/{job}/pause", new { }, HttpStatusCode.Conflict, "JOB_STATE");

        var undo = await RailHost.OkAsync(rail.Alice, $"plans/{RailHost.Id(plan)}/undo", new { reason = "take it back" }, HttpStatusCode.Created);
        Assert.Equal(RailHost.Id(plan), RailHost.Text(undo, "undoes"));
        Assert.Equal("planned", RailHost.Text(undo, "state"));
    }

    [Fact]
    public async Task Nobody_approves_a_plan_of_ones_own_and_a_key_neither_confirms_nor_approves()
    {
        var turns = rail.Activity.Turns;
        using var key = rail.WithKey();
        var plan = await rail.PlanAsync(key);
        var digest = RailHost.Text(plan, "digest");
        Assert.Equal("api_key", RailHost.Text(plan.GetProperty("author"), "kind"));
        await RailHost.RefusedAsync(key, $"plans/{RailHost.Id(plan)}/confirm", new { digest, reason = "r" }, HttpStatusCode.Forbidden, "NEEDS_PERSON");
        await RailHost.OkAsync(rail.Alice, $"plans/{RailHost.Id(plan)}/confirm", new { digest, reason = "r" });
        await RailHost.RefusedAsync(key, $"plans/{RailHost.Id(plan)}/approve", new { digest }, HttpStatusCode.Forbidden, "NEEDS_PERSON");
        await RailHost.RefusedAsync(rail.Alice, $"plans/{RailHost.Id(plan)}/approve", new { digest }, HttpStatusCode.Forbidden, "OWN_PLAN");
        // The client without a cookie is the demo operator, whose key made the plan.
        await RailHost.RefusedAsync(rail.Host.Client, $"plans/{RailHost.Id(plan)}/approve", new { digest }, HttpStatusCode.Forbidden, "OWN_PLAN");
        await RailHost.RefusedAsync(key, $"plans/{RailHost.Id(plan)}/execute", new { }, HttpStatusCode.Conflict, "NOT_APPROVED");
        await RailHost.OkAsync(rail.Bob, $"plans/{RailHost.Id(plan)}/reject", new { reason = "not now" });
        Assert.Equal(turns, rail.Activity.Turns);
    }

    [Fact]
    public async Task An_empty_reason_a_wrong_name_and_another_digest_confirm_nothing()
    {
        var plan = await RailHost.OkAsync(rail.Administrator, "plans", new { kind = "console.read-only.on", target = "console", reason = "freeze" }, HttpStatusCode.Created);
        var path = $"plans/{RailHost.Id(plan)}/confirm";
        var digest = RailHost.Text(plan, "digest");
        Assert.Equal("reason", RailHost.Text(await RailHost.RefusedAsync(rail.Administrator, path, new { digest, reason = " ", typed_target = "console" }, HttpStatusCode.UnprocessableEntity, "REASON_EMPTY"), "where"));
        await RailHost.RefusedAsync(rail.Administrator, path, new { digest, reason = "freeze", typed_target = "consol" }, HttpStatusCode.UnprocessableEntity, "TYPED_NAME_WRONG");
        await RailHost.RefusedAsync(rail.Administrator, path, new { digest, reason = "freeze" }, HttpStatusCode.UnprocessableEntity, "TYPED_NAME_WRONG");
        await RailHost.RefusedAsync(rail.Administrator, path, new { digest = new string('0', 64), reason = "freeze", typed_target = "console" }, HttpStatusCode.Conflict, "DIGEST_CHANGED");
        await RailHost.RefusedAsync(rail.Administrator, path, new { reason = "freeze", typed_target = "console" }, HttpStatusCode.UnprocessableEntity, "DIGEST_MISSING");
        Assert.Equal("planned", RailHost.Text(await RailHost.GetAsync(rail.Administrator, $"plans/{RailHost.Id(plan)}"), "state"));
        await RailHost.RefusedAsync(rail.Alice, "plans", new { kind = rail.Kind, target = "sandbox", reason = "" }, HttpStatusCode.UnprocessableEntity, "REASON_EMPTY");
    }

    [Fact]
    public async Task When_the_world_moved_nothing_is_done()
    {
        var one = await rail.ReadyAsync();
        var other = await rail.ReadyAsync();
        await RailHost.OkAsync(rail.Alice, $"plans/{RailHost.Id(one)}/execute", new { });
        var turns = rail.Activity.Turns;
        await RailHost.RefusedAsync(rail.Bob, $"plans/{RailHost.Id(other)}/execute", new { }, HttpStatusCode.Conflict, "STATE_CHANGED");
        Assert.Equal(turns, rail.Activity.Turns);
        Assert.Equal("refused", RailHost.Text(await RailHost.GetAsync(rail.Bob, $"plans/{RailHost.Id(other)}"), "state"));
    }

    [Fact]
    public async Task An_expired_plan_is_gone()
    {
        rail.Options.ConfirmWithin = TimeSpan.FromTicks(1);
        JsonElement plan;
        try
        {
            plan = await rail.PlanAsync(rail.Alice);
        }
        finally
        {
            rail.Options.ConfirmWithin = TimeSpan.FromHours(1);
        }

        await RailHost.RefusedAsync(rail.Alice, $"plans/{RailHost.Id(plan)}/confirm", new { digest = RailHost.Text(plan, "digest"), reason = "late" }, HttpStatusCode.Gone, "PLAN_EXPIRED");
    }

    [Fact]
    public async Task Two_operators_and_double_clicks_at_once_execute_once()
    {
        var plan = await rail.ReadyAsync();
        var turns = rail.Activity.Turns;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(click => (click % 2 == 0 ? rail.Alice : rail.Bob).PostAsJsonAsync($"/api/v1/plans/{RailHost.Id(plan)}/execute", new { })));
        Assert.Contains(answers, answer => answer.IsSuccessStatusCode);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Conflict, answer.StatusCode.ToString()));
        Assert.Equal(turns + 1, rail.Activity.Turns);
        Assert.Single((await RailHost.GetAsync(rail.Alice, $"jobs?plan={RailHost.Id(plan)}")).GetProperty("jobs").EnumerateArray());
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task A_request_that_is_sent_again_has_one_effect_and_the_same_answer()
    {
        var body = rail.Wish("replayed");
        var first = await SendAsync("k1", body);
        var again = await SendAsync("k1", body);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, again.Status));
        Assert.Equal(RailHost.Id(first.Plan), RailHost.Id(again.Plan));
        Assert.Single((await RailHost.GetAsync(rail.Alice, "plans?list=mine&text=replayed")).GetProperty("plans").EnumerateArray());
        using var other = await PostAsync("k1", rail.Wish("something else"));
        await RailHost.ProblemAsync(other, HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");
        using var long_ = await PostAsync(new string('k', 201), body);
        await RailHost.ProblemAsync(long_, HttpStatusCode.BadRequest, "BAD_HEADER");
        // Another person's key of the same name is another key.
        using var bobs = await PostAsync("k1", body, rail.Bob);
        Assert.Equal(HttpStatusCode.Created, bobs.StatusCode);

        var confirmation = new { digest = RailHost.Text(first.Plan, "digest"), reason = "r" };
        var confirmed = await RailHost.OkAsync(rail.Alice, $"plans/{RailHost.Id(first.Plan)}/confirm", confirmation);
        var replayed = await RailHost.OkAsync(rail.Alice, $"plans/{RailHost.Id(first.Plan)}/confirm", confirmation);
        Assert.Equal(confirmed.GetProperty("version").GetInt64(), replayed.GetProperty("version").GetInt64());

        async Task<(HttpStatusCode Status, JsonElement Plan)> SendAsync(string key, object wish)
        {
            using var answer = await PostAsync(key, wish);
            return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
        }

        async Task<HttpResponseMessage> PostAsync(string key, object wish, HttpClient? client = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/plans") { Content = JsonContent.Create(wish) };
            request.Headers.Add("Idempotency-Key", key);
            return await (client ?? rail.Alice).SendAsync(request);
        }
    }

    [Fact]
    public async Task Bodies_are_read_strictly_and_bounded()
    {
        await BadAsync("{", HttpStatusCode.BadRequest, "BAD_BODY");
        await BadAsync("[]", HttpStatusCode.BadRequest, "BAD_BODY");
        await BadAsync("null", HttpStatusCode.BadRequest, "BAD_BODY");
        await BadAsync("""{"kind":"sandbox.pause","kind":"sandbox.resume","target":"sandbox","reason":"r"}""", HttpStatusCode.BadRequest, "BAD_BODY");
        await BadAsync("""{"kind":"sandbox.pause","target":"sandbox","reason":"r","force":true}""", HttpStatusCode.BadRequest, "BAD_BODY");
        await BadAsync("""{"kind":"sandbox.pause","target":"sandbox","reason":"r","parameters":[1]}""", HttpStatusCode.BadRequest, "BAD_BODY");
        await BadAsync("""{"kind":"sandbox.pause","target":"sandbox","reason":"r","parameters":{"x":1}}""", HttpStatusCode.UnprocessableEntity, "PARAMETER_UNKNOWN");
        await BadAsync("""{"kind":"sandbox.explode","target":"sandbox","reason":"r"}""", HttpStatusCode.UnprocessableEntity, "KIND_UNKNOWN");
        await BadAsync("""{"kind":"sandbox.pause","target":"moon","reason":"r"}""", HttpStatusCode.UnprocessableEntity, "CANNOT_PLAN");
        await BadAsync($$"""{"kind":"sandbox.pause","target":"sandbox","reason":"{{new string('r', 3_000)}}"}""", HttpStatusCode.UnprocessableEntity, "REASON_TOO_LONG");
        await BadAsync($$"""{"kind":"sandbox.pause","target":"sandbox","reason":"{{new string('r', 1_100_000)}}"}""", HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        using var form = await rail.Alice.PostAsync("/api/v1/plans", new StringContent("kind=x", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"));
        await RailHost.ProblemAsync(form, HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");

        async Task BadAsync(string body, HttpStatusCode status, string code)
        {
            using var content = RailHost.Raw(body);
            using var answer = await rail.Alice.PostAsync("/api/v1/plans", content);
            await RailHost.ProblemAsync(answer, status, code);
        }
    }

    [Theory]
    [InlineData("plans?list=all")]
    [InlineData("plans?state=done")]
    [InlineData("plans?limit=0")]
    [InlineData("jobs?state=x")]
    [InlineData("jobs?limit=9999")]
    public async Task A_wrong_query_is_named(string path)
    {
        using var answer = await rail.Alice.GetAsync("/api/v1/" + path);
        await RailHost.ProblemAsync(answer, HttpStatusCode.BadRequest, "BAD_QUERY");
    }

    [Fact]
    public async Task Who_may_not_is_refused_and_nothing_is_stored()
    {
        var count = (await RailHost.GetAsync(rail.Viewer, "plans?limit=500")).GetProperty("plans").GetArrayLength();
        await RailHost.RefusedAsync(rail.Viewer, "plans", rail.Wish(), HttpStatusCode.Forbidden, "PERMISSION_DENIED");
        Assert.Equal(count, (await RailHost.GetAsync(rail.Viewer, "plans?limit=500")).GetProperty("plans").GetArrayLength());
        var plan = await rail.ConfirmedAsync(rail.Alice);
        foreach (var (verb, body) in new (string, object)[] { ("approve", new { digest = RailHost.Text(plan, "digest") }), ("reject", new { reason = "r" }), ("execute", new { }), ("undo", new { reason = "r" }), ("review", new { note = "n" }) })
        {
            await RailHost.RefusedAsync(rail.Viewer, $"plans/{RailHost.Id(plan)}/{verb}", body, HttpStatusCode.Forbidden, "PERMISSION_DENIED");
        }

        Assert.Equal(plan.GetProperty("version").GetInt64(), (await RailHost.GetAsync(rail.Viewer, $"plans/{RailHost.Id(plan)}")).GetProperty("version").GetInt64());

        // Who may read plans may read what they must pass; who has an account is for administrators.
        Assert.NotEmpty((await RailHost.GetAsync(rail.Viewer, "access/roles")).GetProperty("roles").EnumerateArray());
        Assert.NotEmpty((await RailHost.GetAsync(rail.Viewer, "access/policies")).GetProperty("policies").EnumerateArray());
        using var accounts = await rail.Alice.GetAsync("/api/v1/access/accounts");
        await RailHost.ProblemAsync(accounts, HttpStatusCode.Forbidden, "PERMISSION_DENIED");
    }

    [Fact]
    public async Task Unknown_plans_and_jobs_are_not_found()
    {
        foreach (var path in new[] { "plans/p-nobody", "plans/p-nobody/items", "jobs/j-nobody", "jobs/j-nobody/items" })
        {
            using var answer = await rail.Alice.GetAsync("/api/v1/" + path);
            await RailHost.ProblemAsync(answer, HttpStatusCode.NotFound, "NOT_FOUND");
        }

        await RailHost.RefusedAsync(rail.Alice, "plans/p-nobody/execute", new { }, HttpStatusCode.NotFound, "PLAN_UNKNOWN");
        await RailHost.RefusedAsync(rail.Alice, "jobs/j-nobody/cancel", new { reason = "r" }, HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_plan_carries_its_tag_and_is_not_sent_twice()
    {
        var plan = await rail.PlanAsync(rail.Alice);
        using var first = await rail.Alice.GetAsync($"/api/v1/plans/{RailHost.Id(plan)}");
        using var ask = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/plans/{RailHost.Id(plan)}");
        ask.Headers.TryAddWithoutValidation("If-None-Match", first.Headers.ETag!.ToString());
        using var again = await rail.Alice.SendAsync(ask);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Contains(RailHost.Text(plan, "digest"), first.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task Only_immediate_kinds_are_done_at_once()
    {
        var turns = rail.Activity.Turns;
        await RailHost.RefusedAsync(rail.Alice, "plans/immediate", rail.Wish(), HttpStatusCode.UnprocessableEntity, "NOT_IMMEDIATE");
        Assert.Equal(turns, rail.Activity.Turns);
    }

    [Fact]
    public async Task The_description_lists_the_rail()
    {
        var paths = JsonDocument.Parse(await rail.Alice.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("paths");
        foreach (var path in new[] { "/api/v1/plans", "/api/v1/plans/{id}/confirm", "/api/v1/jobs/{id}/items", "/api/v1/access/policies" }) Assert.True(paths.TryGetProperty(path, out _), path);
        var body = paths.GetProperty("/api/v1/plans/{id}/confirm").GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        Assert.Contains("typed_target", body.GetRawText() + JsonDocument.Parse(await rail.Alice.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("components").GetRawText());
    }

    [Fact]
    public async Task Policies_and_roles_are_told_with_their_source()
    {
        var policies = (await RailHost.GetAsync(rail.Administrator, "access/policies")).GetProperty("policies").EnumerateArray().ToDictionary(policy => RailHost.Text(policy, "kind"));
        Assert.Equal("Operations:Policies:sandbox.pause", RailHost.Text(policies["sandbox.pause"], "source"));
        Assert.Equal(1, policies["sandbox.pause"].GetProperty("policy").GetProperty("approvals").GetInt32());
        Assert.Equal(4, (await RailHost.GetAsync(rail.Administrator, "access/roles")).GetProperty("roles").GetArrayLength());
    }
}
