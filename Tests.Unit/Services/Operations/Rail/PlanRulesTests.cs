using System.Text.Json;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Unit.Services;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

/// <summary>Who may say what to a plan, and when. Each refusal is recorded and nothing happens.</summary>
public sealed class PlanRulesTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly TestOperation _ordinary = new();
    private readonly TestOperation _grave = new() { Kind = TestOperation.KindOf("test.grave", OperationDanger.Grave) };
    private readonly TestOperation _emergency = new() { Kind = TestOperation.KindOf("test.stop", OperationDanger.Emergency) };
    private readonly TestOperation _harmless = new() { Kind = TestOperation.KindOf("test.note", OperationDanger.Harmless) };
    private readonly RailKit _rail;

    public PlanRulesTests()
    {
        _rail = new(new InMemoryDocumentStore(_time), _time, operations: [_ordinary, _grave, _emergency, _harmless]);
    }

    public ValueTask DisposeAsync() => _rail.DisposeAsync();

    [Theory]
    [InlineData("test.change", 1, false, false, false, 0)]
    [InlineData("test.change", 100, false, false, false, 0)]
    [InlineData("test.change", 101, false, false, true, 1)]
    [InlineData("test.change", 1, true, false, true, 1)]
    [InlineData("test.grave", 1, false, false, true, 1)]
    [InlineData("test.stop", 500, true, false, false, 0)]
    [InlineData("test.note", 1, false, true, false, 0)]
    [InlineData("test.note", 101, false, false, true, 1)]
    public async Task The_default_policy_follows_danger_gravity_and_size(string kind, int items, bool isGrave, bool immediate, bool typed, int approvals)
    {
        foreach (var operation in new[] { _ordinary, _grave, _emergency, _harmless }) (operation.Items, operation.IsGrave) = ([.. Enumerable.Range(0, items).Select(n => $"{n}")], isGrave);
        var plan = await _rail.PlanAsync(Alice, kind);
        Assert.Equal(new PlanPolicy(immediate, typed, approvals, Unattended: false), plan.Policy);
    }

    [Fact]
    public async Task A_grave_plan_waits_for_a_second_person()
    {
        var plan = await _rail.ConfirmedAsync(Alice, "test.grave");
        Assert.Equal(PlanState.WaitingForApproval, plan.State);
        await RefusedAsync("NOT_APPROVED", () => _rail.Plans.ExecuteAsync(Alice, plan.Id, default), "plan.execute");
        await RefusedAsync("OWN_PLAN", () => _rail.Plans.ApproveAsync(Alice, plan.Id, plan.Digest, "", default), "plan.approve");
        var approved = await _rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "looks right", default);
        Assert.Equal(PlanState.Ready, approved.State);
        Assert.Equal("local:bob", approved.Approvals.Single().UserId);
        Assert.Equal(_time.GetUtcNow().AddMinutes(15), approved.ExecuteBefore);
        Assert.Empty(_grave.Touched);
        Assert.Equal(PlanState.Executed, (await _rail.Plans.ExecuteAsync(Alice, plan.Id, default)).State);
        Assert.Single(_grave.Touched);
    }

    [Fact]
    public async Task Who_confirmed_or_whose_key_planned_does_not_approve()
    {
        var plan = await _rail.PlanAsync(KeyOf(Alice), "test.grave");
        await _rail.Plans.ConfirmAsync(Bob, plan.Id, new(plan.Digest, "sure", "thing"), default);
        await RefusedAsync("OWN_PLAN", () => _rail.Plans.ApproveAsync(Alice, plan.Id, plan.Digest, "", default), "plan.approve");
        await RefusedAsync("OWN_PLAN", () => _rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default), "plan.approve");
        Assert.Equal(PlanState.Ready, (await _rail.Plans.ApproveAsync(Carol, plan.Id, plan.Digest, "", default)).State);
    }

    [Fact]
    public async Task A_key_plans_and_executes_but_neither_confirms_nor_approves()
    {
        var key = KeyOf(Alice, Permissions.WorldApply, Permissions.PlansApprove);
        var plan = await _rail.PlanAsync(key);
        await RefusedAsync("NEEDS_PERSON", () => _rail.Plans.ConfirmAsync(key, plan.Id, new(plan.Digest, "sure"), default), "plan.confirm");
        await RefusedAsync("NEEDS_PERSON", () => _rail.Plans.ConfirmAsync(key with { Kind = CallerKind.CommandLine }, plan.Id, new(plan.Digest, "sure"), default), "plan.confirm");
        await _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure"), default);
        Assert.Equal(PlanState.Executed, (await _rail.Plans.ExecuteAsync(key, plan.Id, default)).State);

        var grave = await _rail.ConfirmedAsync(Alice, "test.grave");
        await RefusedAsync("NEEDS_PERSON", () => _rail.Plans.ApproveAsync(KeyOf(Bob, Permissions.PlansApprove, Permissions.WorldApply), grave.Id, grave.Digest, "", default), "plan.approve");
        await RefusedAsync("NEEDS_PERSON", () => _rail.Plans.RejectAsync(KeyOf(Bob, Permissions.PlansApprove), grave.Id, "no", default), "plan.reject");
    }

    [Fact]
    public async Task A_key_that_names_the_permission_confirms_an_emergency()
    {
        var plan = await _rail.PlanAsync(KeyOf(Alice), "test.stop");
        await RefusedAsync("NEEDS_PERSON", () => _rail.Plans.ConfirmAsync(KeyOf(Alice), plan.Id, new(plan.Digest, "fire"), default), "plan.confirm");
        await RefusedAsync("NEEDS_PERSON", () => _rail.Plans.ConfirmAsync(KeyOf(Alice, Permissions.PlansApprove), plan.Id, new(plan.Digest, "fire"), default), "plan.confirm");
        var key = KeyOf(Alice, Permissions.WorldApply);
        Assert.Equal(PlanState.Ready, (await _rail.Plans.ConfirmAsync(key, plan.Id, new(plan.Digest, "fire"), default)).State);
        Assert.True((await _rail.Plans.ExecuteAsync(key, plan.Id, default)).NeedsReview);
    }

    [Fact]
    public async Task An_emergency_is_reviewed_afterwards_by_another_person()
    {
        var plan = await _rail.ConfirmedAsync(Alice, "test.stop");
        await RefusedAsync("NO_REVIEW", () => _rail.Plans.ReviewAsync(Bob, plan.Id, "was right", default), "plan.review");
        await _rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        Assert.Equal(1, (await _rail.Plans.CountAsync(Bob, default)).WaitingForMe);
        Assert.Equal(0, (await _rail.Plans.CountAsync(Alice, default)).WaitingForMe);
        await RefusedAsync("OWN_PLAN", () => _rail.Plans.ReviewAsync(Alice, plan.Id, "was right", default), "plan.review");
        await RefusedAsync("REASON_EMPTY", () => _rail.Plans.ReviewAsync(Bob, plan.Id, " ", default), "plan.review");
        Assert.Equal("local:bob", (await _rail.Plans.ReviewAsync(Bob, plan.Id, "was right", default)).Reviewed!.UserId);
        await RefusedAsync("ALREADY_REVIEWED", () => _rail.Plans.ReviewAsync(Carol, plan.Id, "was right", default), "plan.review");
        Assert.Equal(0, (await _rail.Plans.CountAsync(Carol, default)).WaitingForMe);
    }

    [Fact]
    public async Task What_was_read_must_be_what_is_confirmed_and_the_words_must_be_there()
    {
        var plan = await _rail.PlanAsync(Alice, "test.grave", "world-one");
        await RefusedAsync("DIGEST_MISSING", () => _rail.Plans.ConfirmAsync(Alice, plan.Id, new("", "sure", "world-one"), default), "plan.confirm");
        await RefusedAsync("DIGEST_CHANGED", () => _rail.Plans.ConfirmAsync(Alice, plan.Id, new(new('0', 64), "sure", "world-one"), default), "plan.confirm");
        await RefusedAsync("REASON_EMPTY", () => _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "  ", "world-one"), default), "plan.confirm");
        await RefusedAsync("REASON_TOO_LONG", () => _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, new('x', 2_001), "world-one"), default), "plan.confirm");
        await RefusedAsync("TYPED_NAME_WRONG", () => _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure"), default), "plan.confirm");
        await RefusedAsync("TYPED_NAME_WRONG", () => _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure", "World-one"), default), "plan.confirm");
        await _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure", "world-one"), default);
        await RefusedAsync("DIGEST_CHANGED", () => _rail.Plans.ApproveAsync(Bob, plan.Id, new('0', 64), "", default), "plan.approve");
    }

    [Fact]
    public async Task Requests_are_checked_before_anything_is_planned()
    {
        var empty = JsonDocument.Parse("[]").RootElement;
        var unknown = JsonDocument.Parse("{\"colour\":1}").RootElement;
        await RefusedAsync("KIND_UNKNOWN", () => _rail.PlanAsync(Alice, "test.nothing"), "plan.create");
        await RefusedAsync("REASON_EMPTY", () => _rail.PlanAsync(Alice, reason: " "), "plan.create");
        await RefusedAsync("TARGET_EMPTY", () => _rail.PlanAsync(Alice, target: ""), "plan.create");
        await RefusedAsync("TARGET_WRONG", () => _rail.PlanAsync(Alice, target: "a\nb"), "plan.create");
        await RefusedAsync("PARAMETERS_WRONG", () => _rail.Plans.CreateAsync(Alice, new("test.change", "thing", empty, "because"), default), "plan.create");
        await RefusedAsync("PARAMETER_UNKNOWN", () => _rail.Plans.CreateAsync(Alice, new("test.change", "thing", unknown, "because"), default), "plan.create");
        _ordinary.Items = [];
        await RefusedAsync("NOTHING_TO_DO", () => _rail.PlanAsync(Alice), "plan.create");
        _ordinary.Items = ["one"];
        _ordinary.Steps = [new(1, TimeSpan.FromDays(8))];
        await RefusedAsync("TOO_LONG", () => _rail.PlanAsync(Alice), "plan.create");
        Assert.Empty((await _rail.Plans.ListAsync(Alice, new(PlanList.Recent), default)).Plans);
    }

    [Fact]
    public async Task A_secret_is_neither_stored_nor_recorded()
    {
        var plan = await _rail.Plans.CreateAsync(Alice, new("test.change", "thing", JsonDocument.Parse("{\"code\":\"hunter2\",\"note\":\"n\"}").RootElement, "because"), default);
        Assert.Equal("•••", plan.Content.Parameters.GetProperty("code").GetString());
        Assert.Equal("n", plan.Content.Parameters.GetProperty("note").GetString());
        Assert.DoesNotContain("hunter2", (await _rail.Store.FindAsync(StoredPlan.Kind, plan.Id, default))!.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(_rail.Audit.Records, record => record.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Windows_close_by_themselves()
    {
        var planned = await _rail.PlanAsync(Alice);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(PlanState.Planned, (await _rail.Plans.FindAsync(Alice, planned.Id, default))!.State);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(PlanState.Expired, (await _rail.Plans.FindAsync(Alice, planned.Id, default))!.State);
        await RefusedAsync("PLAN_EXPIRED", () => _rail.Plans.ConfirmAsync(Alice, planned.Id, new(planned.Digest, "sure"), default), "plan.confirm");

        var waiting = await _rail.ConfirmedAsync(Alice, "test.grave");
        _time.Advance(TimeSpan.FromHours(24));
        await RefusedAsync("PLAN_EXPIRED", () => _rail.Plans.ApproveAsync(Bob, waiting.Id, waiting.Digest, "", default), "plan.approve");

        var ready = await _rail.ConfirmedAsync(Alice);
        _time.Advance(TimeSpan.FromMinutes(15));
        await RefusedAsync("PLAN_EXPIRED", () => _rail.Plans.ExecuteAsync(Alice, ready.Id, default), "plan.execute");
        Assert.Empty(_ordinary.Touched);
        Assert.Equal(3, (await _rail.Plans.ListAsync(Alice, new(PlanList.Recent) { States = [PlanState.Expired] }, default)).Plans.Count);

        await _rail.Watch.LookAsync(default);
        Assert.Equal(3, await _rail.Store.CountAsync(StoredPlan.Kind, StoredPlan.StateLabel(PlanState.Expired), default));
        Assert.Equal(3, _rail.Audit.Of(AuditPhase.Event, "plan.expired").Count());
    }

    [Fact]
    public async Task A_fresh_account_of_the_authors_does_not_approve_and_reads_from_when_it_would_be()
    {
        var at = _time.GetUtcNow();
        _rail.Accounts.Changes.Add(("local:bob", "local:alice", at, "made the account"));
        _time.Advance(TimeSpan.FromHours(23));
        var plan = await _rail.ConfirmedAsync(Alice, "test.grave");
        var refused = await RefusedAsync("ACCOUNT_CHANGED_BY_AUTHOR", () => _rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default), "plan.approve");
        Assert.Contains("made the account", refused.Message, StringComparison.Ordinal);
        var choice = (await _rail.Plans.ChoicesAsync(Bob, plan, default)).Approve;
        Assert.Equal((false, at.AddHours(24)), (choice.Allowed, choice.AllowedFrom!.Value));
        Assert.Equal(0, (await _rail.Plans.CountAsync(Bob, default)).WaitingForMe);
        Assert.Equal(1, (await _rail.Plans.CountAsync(Carol, default)).WaitingForMe);

        // It is the plan's age that counts, not the approval's: waiting does not help for this plan, for a later one it does.
        _time.Advance(TimeSpan.FromHours(2));
        await RefusedAsync("ACCOUNT_CHANGED_BY_AUTHOR", () => _rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default), "plan.approve");
        var later = await _rail.ConfirmedAsync(Alice, "test.grave");
        Assert.Equal(PlanState.Ready, (await _rail.Plans.ApproveAsync(Bob, later.Id, later.Digest, "", default)).State);
    }

    [Fact]
    public async Task An_account_changed_after_the_plan_or_by_who_confirmed_counts_as_well()
    {
        var plan = await _rail.PlanAsync(Alice, "test.grave");
        await _rail.Plans.ConfirmAsync(Carol, plan.Id, new(plan.Digest, "sure", "thing"), default);
        _time.Advance(TimeSpan.FromHours(1));
        _rail.Accounts.Changes.Add(("local:bob", "local:carol", _time.GetUtcNow(), "changed the role"));
        await RefusedAsync("ACCOUNT_CHANGED_BY_AUTHOR", () => _rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default), "plan.approve");
    }

    [Fact]
    public async Task A_plan_is_rejected_by_another_and_withdrawn_by_its_author_with_a_reason()
    {
        var plan = await _rail.ConfirmedAsync(Alice, "test.grave");
        await RefusedAsync("REASON_EMPTY", () => _rail.Plans.RejectAsync(Bob, plan.Id, "", default), "plan.reject");
        await RefusedAsync("OWN_PLAN", () => _rail.Plans.RejectAsync(Alice, plan.Id, "no", default), "plan.reject");
        Assert.Equal("too risky", (await _rail.Plans.RejectAsync(Bob, plan.Id, "too risky", default)).Closed!.Note);
        Assert.Equal(PlanState.Rejected, (await _rail.Plans.RejectAsync(Bob, plan.Id, "too risky", default)).State);
        await RefusedAsync("PLAN_REJECTED", () => _rail.Plans.ApproveAsync(Carol, plan.Id, plan.Digest, "", default), "plan.approve");

        var mine = await _rail.ConfirmedAsync(Alice);
        await RefusedAsync("NOT_AUTHOR", () => _rail.Plans.WithdrawAsync(Bob, mine.Id, "no", default), "plan.withdraw");
        await RefusedAsync("REASON_EMPTY", () => _rail.Plans.WithdrawAsync(Alice, mine.Id, "", default), "plan.withdraw");
        Assert.Equal(PlanState.Withdrawn, (await _rail.Plans.WithdrawAsync(Alice, mine.Id, "thought again", default)).State);
        await RefusedAsync("PLAN_WITHDRAWN", () => _rail.Plans.ExecuteAsync(Alice, mine.Id, default), "plan.execute");
        Assert.Empty(_ordinary.Touched);
    }

    [Fact]
    public async Task What_harms_nothing_is_done_by_one_click()
    {
        var done = await _rail.Plans.DoAsync(Alice, new("test.note", "thing", default, "because"), default);
        Assert.Equal(PlanState.Executed, done.State);
        Assert.Single(_harmless.Touched);
        Assert.Equal(PlanState.Executed, (await _rail.Plans.DoAsync(KeyOf(Alice), new("test.note", "thing", default, "because"), default)).State);
        await RefusedAsync("NOT_IMMEDIATE", () => _rail.Plans.DoAsync(Alice, new("test.change", "thing", default, "because"), default), "plan.create");
        _harmless.Items = [.. Enumerable.Range(0, 101).Select(n => $"{n}")];
        await RefusedAsync("NOT_IMMEDIATE", () => _rail.Plans.DoAsync(Alice, new("test.note", "thing", default, "because"), default), "plan.create");
        Assert.Equal(2, _harmless.Touched.Count);
        Assert.Empty(_ordinary.Touched);
    }

    [Fact]
    public async Task A_world_that_moved_is_refused_at_execution_and_stays_refused()
    {
        var plan = await _rail.ConfirmedAsync(Alice);
        _ordinary.World = "moved";
        await RefusedAsync("STATE_CHANGED", () => _rail.Plans.ExecuteAsync(Alice, plan.Id, default), "plan.execute");
        Assert.Equal(PlanState.Refused, (await _rail.Plans.FindAsync(Alice, plan.Id, default))!.State);
        _ordinary.World = "as planned";
        await RefusedAsync("STATE_CHANGED", () => _rail.Plans.ExecuteAsync(Alice, plan.Id, default), "plan.execute");
        Assert.Empty(_ordinary.Touched);
        Assert.Empty((await _rail.Jobs.ListAsync(Alice, new(), default)).Jobs);
    }

    [Fact]
    public async Task Settings_of_a_kind_change_what_is_asked_for()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Operations:Policies:test.change:Approvals"] = "2",
            ["Operations:Policies:test.change:TypedTarget"] = "true",
            ["Operations:Policies:test.change:Bulk"] = "5",
            ["Operations:Policies:test.note:Immediate"] = "false",
        };
        await using var rail = new RailKit(new InMemoryDocumentStore(_time), _time, settings: settings, operations: [_ordinary, _harmless]);
        var plan = await rail.ConfirmedAsync(Alice);
        Assert.Equal(new PlanPolicy(false, true, 2, false), plan.Policy);
        Assert.Equal(PlanState.WaitingForApproval, (await rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default)).State);
        Assert.Equal("ALREADY_APPROVED", (await Assert.ThrowsAsync<RailRefusedException>(() => rail.Plans.ApproveAsync(Bob, plan.Id, plan.Digest, "", default))).Code);
        Assert.Equal(PlanState.Ready, (await rail.Plans.ApproveAsync(Carol, plan.Id, plan.Digest, "", default)).State);
        var shown = rail.Plans.Kinds.Single(kind => kind.Kind.Name == "test.change");
        Assert.Equal(("Operations:Policies:test.change", 5), (shown.PolicySource, shown.Bulk));
        Assert.Equal("NOT_IMMEDIATE", (await Assert.ThrowsAsync<RailRefusedException>(() => rail.Plans.DoAsync(Alice, new("test.note", "thing", default, "because"), default))).Code);
    }

    [Fact]
    public async Task Nothing_happens_when_the_intent_cannot_be_recorded()
    {
        _rail.Audit.Fails = records => records.Any(record => record.Phase == AuditPhase.Intent);
        await RefusedAsync("AUDIT_UNAVAILABLE", () => _rail.PlanAsync(Alice), null);
        Assert.Empty((await _rail.Plans.ListAsync(Alice, new(PlanList.Recent), default)).Plans);
        _rail.Audit.Fails = _ => false;
        var plan = await _rail.PlanAsync(Alice);
        _rail.Audit.Fails = records => records.Any(record => record.Phase == AuditPhase.Intent);
        await RefusedAsync("AUDIT_UNAVAILABLE", () => _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure"), default), null);
        Assert.Equal(PlanState.Planned, (await _rail.Plans.FindAsync(Alice, plan.Id, default))!.State);
        _rail.Audit.Fails = _ => false;
        await _rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure"), default);
        _rail.Audit.Fails = records => records.Any(record => record.Phase == AuditPhase.Intent);
        await RefusedAsync("AUDIT_UNAVAILABLE", () => _rail.Plans.ExecuteAsync(Alice, plan.Id, default), "plan.execute");
        Assert.Empty(_ordinary.Touched);
        Assert.Empty((await _rail.Jobs.ListAsync(Alice, new(), default)).Jobs);

        // Nothing was done, so the plan can be executed in its window as soon as it can be recorded.
        _rail.Audit.Fails = _ => false;
        Assert.Equal(PlanState.Executed, (await _rail.Plans.ExecuteAsync(Alice, plan.Id, default)).State);
        Assert.Single(_ordinary.Touched);
    }

    [Fact]
    public async Task Only_an_emergency_goes_on_without_the_audit_and_leaves_its_intent_in_the_spool()
    {
        _rail.Audit.Fails = _ => true;
        var plan = await _rail.ConfirmedAsync(Alice, "test.stop");
        var done = await _rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        Assert.Equal((PlanState.Executed, true), (done.State, done.OutcomeUnrecorded));
        Assert.Single(_emergency.Touched);
        var spooled = _rail.Audit.Spool.Records.Where(record => record.Action == "test.stop").ToList();
        Assert.Equal([AuditPhase.Intent, AuditPhase.Intent, AuditPhase.Outcome, AuditPhase.Outcome], spooled.Select(record => record.Phase));
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_recorded_is_spooled_and_shown()
    {
        var plan = await _rail.ConfirmedAsync(Alice);
        _rail.Audit.Fails = records => records.Any(record => record.Phase == AuditPhase.Outcome);
        var done = await _rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        Assert.Equal((PlanState.Executed, true), (done.State, done.OutcomeUnrecorded));
        Assert.Equal(2, _rail.Audit.Spool.Records.Count(record => record.Action == "test.change"));
    }

    [Fact]
    public async Task The_audit_tells_intent_before_and_outcome_after_for_the_operation_and_each_item()
    {
        _ordinary.Items = ["one", "two"];
        _ordinary.Result = id => id == "two" ? new(id, ItemOutcome.Failed, "it is broken") : new(id, ItemOutcome.Done);
        var plan = await _rail.ConfirmedAsync(Alice);
        var intended = 0;
        _ordinary.During = _ =>
        {
            intended = Math.Max(intended, _rail.Audit.Of(AuditPhase.Intent, "test.change").Count());
            return Task.CompletedTask;
        };
        await _rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        Assert.Equal(3, intended);
        var records = _rail.Audit.Records.Where(record => record.OperationId == plan.Id).ToList();
        Assert.Equal(["plan.create", "plan.create", "plan.confirm", "plan.confirm", "test.change", "test.change", "test.change", "test.change", "test.change", "test.change"], records.Select(record => record.Action));
        var last = records[^1];
        Assert.Equal((AuditPhase.Outcome, "failed", 2L, 1L, "sure"), (last.Phase, last.Outcome, last.Planned!.Value, last.Done!.Value, last.Reason));
        Assert.Equal(("two", "failed", "it is broken"), (records[^2].Item, records[^2].Outcome, records[^2].Detail));
        Assert.All(records, record => Assert.Equal((Permissions.WorldApply, "thing"), (record.Permission, record.Target)));
        Assert.All(records, record => Assert.Equal(plan.Id, record.CorrelationId));
    }

    [Fact]
    public async Task Listeners_hear_of_each_change()
    {
        var heard = new List<PlanState>();
        _rail.Plans.Changed += plan => heard.Add(plan.State);
        _rail.Plans.Changed += _ => throw new InvalidOperationException("a page that is gone");
        var plan = await _rail.ConfirmedAsync(Alice);
        await _rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        Assert.Equal([PlanState.Planned, PlanState.Ready, PlanState.Executing, PlanState.Executed], heard);
    }

    private async Task<RailRefusedException> RefusedAsync(string code, Func<Task> action, string? recordedAs)
    {
        var before = _rail.Audit.Records.Count;
        var refused = await Assert.ThrowsAsync<RailRefusedException>(action);
        Assert.Equal(code, refused.Code);
        if (recordedAs is null) return refused;
        var denied = _rail.Audit.Records.Skip(before).Last(record => record.Phase == AuditPhase.Denied);
        Assert.Equal((recordedAs, "denied"), (denied.Action, denied.Outcome));
        Assert.StartsWith(code, denied.Detail, StringComparison.Ordinal);
        return refused;
    }
}
