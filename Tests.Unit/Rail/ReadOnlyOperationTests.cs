using Qmtl.Operations.ReadOnly;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Rail;

/// <summary>The switch has no port of its own that changes it: its operation asks the ticket itself.</summary>
public sealed class ReadOnlyOperationTests
{
    private const string On = "console.read-only.on";
    private const string Target = ReadOnlyOperation.Target;

    [Theory]
    [InlineData("console.read-only.off", Target, Target, false)]
    [InlineData(On, "elsewhere", Target, false)]
    [InlineData(On, Target, "another item", false)]
    [InlineData(On, Target, Target, true)]
    public async Task A_ticket_for_something_else_or_an_expired_one_turns_nothing(string kind, string target, string item, bool expired)
    {
        var time = new ManualTime();
        await using var rail = new RailKit(new InMemoryDocumentStore(time), time);
        var operation = Assert.Single(rail.Get<IEnumerable<IOperation>>(), known => known.Kind.Name == On);
        var plan = await operation.PlanAsync(new(Target, default) { Kind = On }, default);
        var ticket = await Tickets.MakeAsync(kind, target, item, time);
        if (expired) time.Advance(Tickets.Lifetime);
        var batch = new OneBatch { Plan = plan, Items = plan.Items, Caller = Somebody.Alice };
        await Assert.ThrowsAsync<RailTicketRefusedException>(() => operation.ExecuteAsync(batch, ticket, default));
        Assert.Equal(0, batch.Begun);
        Assert.False(rail.Get<IReadOnlySwitch>().IsOn);

        // The right one does it: what was refused above was refused for its ticket.
        await operation.ExecuteAsync(batch, await Tickets.MakeAsync(On, Target, Target, time), default);
        Assert.Equal(1, batch.Begun);
        Assert.True(rail.Get<IReadOnlySwitch>().IsOn);
    }

    private sealed class OneBatch : OperationBatch
    {
        public int Begun { get; private set; }

        public override ValueTask<bool> BeginItemAsync(PlanItem item, CancellationToken cancellation)
        {
            Begun++;
            return new(true);
        }

        public override ValueTask EndItemAsync(ItemResult result, CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
