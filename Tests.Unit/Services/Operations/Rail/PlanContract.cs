using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

/// <summary>What the rail does with plans, wherever they are stored.</summary>
public abstract class PlanContract
{
    /// <summary>A store that nobody used yet; a kit after a kit may share it.</summary>
    private protected abstract Task<IDocumentStore> OpenAsync();

    [Fact]
    public async Task A_plan_is_made_confirmed_and_executed()
    {
        var operation = new TestOperation { Items = ["one", "two"] };
        await using var rail = new RailKit(await OpenAsync(), TimeProvider.System, operations: operation);
        var plan = await rail.PlanAsync(Alice);
        Assert.Equal(PlanState.Planned, plan.State);
        Assert.Empty(operation.Touched);

        var confirmed = await rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure"), default);
        Assert.Equal(PlanState.Ready, confirmed.State);
        Assert.Empty(operation.Touched);

        var executed = await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        Assert.Equal(PlanState.Executed, executed.State);
        Assert.Equal(new OutcomeCounts(2, 0, 0, 0, 0), executed.Counts);
        Assert.Equal(["one", "two"], operation.Touched);
        Assert.Equal(["one", "two"], executed.Content.Items.Select(item => item.Id));
        Assert.Equal(executed.JobId, (await rail.Jobs.ListAsync(Alice, new() { PlanId = plan.Id }, default)).Jobs.Single().Id);
    }

    [Fact]
    public async Task Of_two_consoles_that_execute_at_once_one_does_it()
    {
        var store = await OpenAsync();
        for (var round = 0; round < 10; round++)
        {
            var operation = new TestOperation();
            await using var one = new RailKit(store, TimeProvider.System, operations: operation);
            await using var two = new RailKit(store, TimeProvider.System, operations: operation);
            var plan = await one.ConfirmedAsync(Alice);
            var results = await Task.WhenAll(
                Task.Run(() => Try(() => one.Plans.ExecuteAsync(Alice, plan.Id, default))),
                Task.Run(() => Try(() => two.Plans.ExecuteAsync(Bob, plan.Id, default))));
            Assert.Single(operation.Touched);
            Assert.Single(results, result => result is null);
            var refused = Assert.IsType<RailRefusedException>(Assert.Single(results, result => result is not null));
            Assert.Contains(refused.Code, new[] { "ALREADY_EXECUTING", "ALREADY_EXECUTED" });
            Assert.Single((await one.Jobs.ListAsync(Alice, new() { PlanId = plan.Id }, default)).Jobs);
        }
    }

    [Fact]
    public async Task A_double_click_does_it_once_and_answers_twice()
    {
        var operation = new TestOperation();
        await using var rail = new RailKit(await OpenAsync(), TimeProvider.System, operations: operation);
        var plan = await rail.PlanAsync(Alice);
        var confirmed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => rail.Plans.ConfirmAsync(Alice, plan.Id, new(plan.Digest, "sure"), default))));
        Assert.All(confirmed, answer => Assert.Equal(PlanState.Ready, answer.State));
        Assert.Single(confirmed.Select(answer => answer.Confirmed!.At).Distinct());
        var executed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => rail.Plans.ExecuteAsync(Alice, plan.Id, default))));
        Assert.Single(executed.Select(answer => answer.JobId).Distinct());
        Assert.Single(operation.Touched);
    }

    [Fact]
    public async Task Two_operators_who_confirm_at_once_confirm_once()
    {
        var store = await OpenAsync();
        for (var round = 0; round < 10; round++)
        {
            await using var rail = new RailKit(store, TimeProvider.System, operations: new TestOperation());
            var plan = await rail.PlanAsync(Alice);
            var results = await Task.WhenAll(new[] { Alice, Bob }.Select(by => Task.Run(() => Try(() => rail.Plans.ConfirmAsync(by, plan.Id, new(plan.Digest, "sure"), default)))));
            Assert.Equal("ALREADY_READY", Assert.IsType<RailRefusedException>(Assert.Single(results, result => result is not null)).Code);
            Assert.Equal(plan.Version + 1, (await rail.Plans.FindAsync(Alice, plan.Id, default))!.Version);
        }
    }

    [Fact]
    public async Task A_plan_of_many_items_comes_back_whole_and_bound_to_its_digest()
    {
        var store = await OpenAsync();
        var operation = new TestOperation { Items = [.. Enumerable.Range(0, 2_345).Select(number => $"item {number} „“ \u0001")] };
        await using var rail = new RailKit(store, TimeProvider.System, operations: operation);
        var plan = await rail.PlanAsync(Alice);
        var found = await rail.Plans.FindAsync(Alice, plan.Id, default);
        Assert.Equal(operation.Items, found!.Content.Items.Select(item => item.Id));
        Assert.Equal(plan.Digest, found.Digest);
        Assert.Equal(64, plan.Digest.Length);

        // Somebody with access to the store puts another item in.
        var document = await store.FindAsync(StoredPlan.ItemsKind, StoredPlan.ItemsId(plan.Id, 1), default);
        Assert.True(await store.CommitAsync([new(document!.Kind, document.Id, document.Version, document.Body.Replace("item 1500 ", "item other ", StringComparison.Ordinal), [])], default));
        await Assert.ThrowsAsync<PlanDamagedException>(() => rail.Plans.FindAsync(Alice, plan.Id, default));
    }

    [Fact]
    public async Task A_damaged_plan_is_not_executed()
    {
        var store = await OpenAsync();
        var operation = new TestOperation();
        await using var rail = new RailKit(store, TimeProvider.System, operations: operation);
        var plan = await rail.ConfirmedAsync(Alice);
        var head = await store.FindAsync(StoredPlan.Kind, plan.Id, default);
        Assert.True(await store.CommitAsync([new(head!.Kind, head.Id, head.Version, head.Body.Replace("\\\"summary\\\":\\\"Changes 1", "\\\"summary\\\":\\\"Changes 2", StringComparison.Ordinal), head.Labels, head.Order)], default));
        Assert.Contains("Changes 2", (await store.FindAsync(StoredPlan.Kind, plan.Id, default))!.Body, StringComparison.Ordinal);
        Assert.Equal("PLAN_DAMAGED", (await Assert.ThrowsAsync<RailRefusedException>(() => rail.Plans.ExecuteAsync(Alice, plan.Id, default))).Code);
        Assert.Empty(operation.Touched);
    }

    [Fact]
    public async Task Lists_are_pages_of_what_was_asked_for()
    {
        await using var rail = new RailKit(await OpenAsync(), TimeProvider.System, operations: [new TestOperation(), new TestOperation { Kind = TestOperation.KindOf("test.other") }]);
        var made = new List<Plan>();
        for (var number = 0; number < 7; number++) made.Add(await rail.PlanAsync(number % 2 == 0 ? Alice : Bob, number < 5 ? "test.change" : "test.other", $"thing {number}"));
        var seen = new List<string>();
        for (string? after = null; ;)
        {
            var page = await rail.Plans.ListAsync(Alice, new(PlanList.Recent) { Limit = 3, After = after }, default);
            seen.AddRange(page.Plans.Select(plan => plan.Id));
            Assert.All(page.Plans, plan => Assert.Equal((0, 1), (plan.Content.Items.Count, plan.ItemCount)));
            if ((after = page.Next) is null) break;
        }

        Assert.Equal(made.Select(plan => plan.Id).Reverse(), seen);
        Assert.Equal(4, (await rail.Plans.ListAsync(Alice, new(PlanList.Mine), default)).Plans.Count);
        Assert.Equal(2, (await rail.Plans.ListAsync(Alice, new(PlanList.Recent) { Kind = "test.other" }, default)).Plans.Count);
        Assert.Equal(made[3].Id, (await rail.Plans.ListAsync(Alice, new(PlanList.Recent) { Target = "thing 3" }, default)).Plans.Single().Id);
        Assert.Equal(made[4].Id, (await rail.Plans.ListAsync(Alice, new(PlanList.Recent) { Text = "THING 4" }, default)).Plans.Single().Id);
        Assert.Empty((await rail.Plans.ListAsync(Alice, new(PlanList.Recent) { States = [PlanState.Ready] }, default)).Plans);
        await rail.Plans.ConfirmAsync(Alice, made[0].Id, new(made[0].Digest, "sure"), default);
        Assert.Equal(made[0].Id, (await rail.Plans.ListAsync(Alice, new(PlanList.Recent) { States = [PlanState.Ready] }, default)).Plans.Single().Id);
        Assert.Equal(7, (await rail.Plans.ListAsync(Alice, new(PlanList.Recent) { States = [PlanState.Ready, PlanState.Planned] }, default)).Plans.Count);
        Assert.Equal(new PlanCounts(0, 4), await rail.Plans.CountAsync(Alice, default));
    }

    [Fact]
    public async Task An_undo_is_linked_both_ways_and_made_once()
    {
        var operation = new TestOperation();
        await using var rail = new RailKit(await OpenAsync(), TimeProvider.System, operations: operation);
        var plan = await rail.ConfirmedAsync(Alice);
        Assert.Equal("ALREADY_READY", (await Assert.ThrowsAsync<RailRefusedException>(() => rail.Plans.PlanUndoAsync(Alice, plan.Id, "back", default))).Code);
        await rail.Plans.ExecuteAsync(Alice, plan.Id, default);
        var undos = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => rail.Plans.PlanUndoAsync(Alice, plan.Id, "back", default))));
        var undo = Assert.Single(undos.DistinctBy(made => made.Id));
        Assert.Equal(plan.Id, undo.Undoes);
        Assert.Equal(undo.Id, (await rail.Plans.FindAsync(Alice, plan.Id, default))!.UndoneBy);
        Assert.Equal("ALREADY_UNDONE", (await Assert.ThrowsAsync<RailRefusedException>(() => rail.Plans.PlanUndoAsync(Bob, plan.Id, "back", default))).Code);

        // An undo that came to nothing leaves the way open.
        await rail.Plans.WithdrawAsync(Alice, undo.Id, "no", default);
        Assert.NotEqual(undo.Id, (await rail.Plans.PlanUndoAsync(Bob, plan.Id, "back", default)).Id);
    }

    internal static async Task<Exception?> Try(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (RailRefusedException refused)
        {
            return refused;
        }
    }
}
