using Qmtl.Operations;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;

namespace Qmtl.Tests.Unit.Services;

/// <summary>Tickets for tests of ports, from the real engine over a store in memory: an operation of that kind is planned, confirmed and executed, and keeps its ticket.</summary>
internal static class Tickets
{
    /// <summary>How long a ticket is good.</summary>
    public static TimeSpan Lifetime { get; } = new OperationsOptions().TicketLifetime;

    /// <summary>A ticket for an operation of that kind on that target, with this one item, good for <see cref="Lifetime"/> by that clock.</summary>
    public static async Task<RailTicket> MakeAsync(string kind, string target, string item, TimeProvider time)
    {
        var operation = new TestOperation { Kind = TestOperation.KindOf(kind), Items = [item] };
        await using var rail = new RailKit(new InMemoryDocumentStore(time), time, operations: operation);
        var plan = await rail.ConfirmedAsync(Somebody.Alice, kind, target);
        var done = await rail.Plans.ExecuteAsync(Somebody.Alice, plan.Id, default);
        Assert.Equal(PlanState.Executed, done.State);
        return Assert.Single(operation.Tickets);
    }
}
