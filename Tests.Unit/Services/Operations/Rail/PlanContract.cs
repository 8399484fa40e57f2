using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;
using static Qmtl.Tests.Operations.Somebody;

namespace Qmtl.Tests.Operations;

/// <summary>What the rail does with plans, wherever they are stored.</summary>
public abstract class PlanContract
{
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
}
