using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Live;
using Qmtl.ControlBus;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Unit.Console.Live;

public sealed class ChangeMarksTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly IPlans _plans = Substitute.For<IPlans>();
    private readonly ILiveMarks _marks = Substitute.For<ILiveMarks>();
    private readonly ServiceProvider _services;
    private readonly ChangeMarks _watch;

    public ChangeMarksTests()
    {
        _services = new ServiceCollection().AddSingleton(_marks).BuildServiceProvider();
        _watch = new(_plans, _services);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task A_plan_that_changed_something_leaves_one_mark_with_its_author()
    {
        await _watch.StartAsync(default);
        Tell(Plan(PlanState.Ready));
        Tell(Plan(PlanState.Executing));
        Tell(Plan(PlanState.Executed, new(1, 0, 0, 0, 0)));
        Tell(Plan(PlanState.Executed, new(1, 0, 0, 0, 0)));
        _marks.Received(1).Mark(new("Weight 0.25 → 0.5 (by Otto)", "p-1", "momentum", "crypto"));
        _marks.ReceivedWithAnyArgs(1).Mark(default!);
    }

    [Fact]
    public async Task A_plan_of_many_items_is_marked_where_it_begins_and_where_it_ends()
    {
        await _watch.StartAsync(default);
        Tell(Plan(PlanState.Executing, items: 40));
        _marks.Received(1).Mark(Arg.Is<LiveMark>(mark => mark.What.StartsWith("Weight 0.25 → 0.5: begun, 40 items", StringComparison.Ordinal)));
        Tell(Plan(PlanState.Executed, new(38, 2, 0, 0, 0), items: 40));
        _marks.Received(1).Mark(Arg.Is<LiveMark>(mark => mark.What.StartsWith("Weight 0.25 → 0.5: 38 of 40 done", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_changed_nothing_or_is_about_accounts_leaves_none()
    {
        await _watch.StartAsync(default);
        Tell(Plan(PlanState.Executed, new(0, 1, 0, 0, 0)));
        Tell(Plan(PlanState.Refused));
        Tell(Plan(PlanState.Executed, new(1, 0, 0, 0, 0)) with { Permission = Permissions.AccountsChange });
        await _watch.StopAsync(default);
        Tell(Plan(PlanState.Executed, new(1, 0, 0, 0, 0)));
        _marks.DidNotReceiveWithAnyArgs().Mark(default!);
    }

    private void Tell(Plan plan) => _plans.Changed += Raise.Event<Action<Plan>>(plan);

    private static Plan Plan(PlanState state, OutcomeCounts? counts = null, int items = 1) => new()
    {
        Id = "p-1", State = state, Title = "Weight", Permission = Permissions.SentinelWeightChange, Danger = OperationDanger.Ordinary, Repeat = OperationRepeat.KeyedIdempotent,
        Policy = new(false, false, 0, false), Digest = "d", Author = new("u", "Otto", CallerKind.Person, "s", Now), Reason = "r", ItemCount = items, Counts = counts,
        Executed = state is PlanState.Executed or PlanState.Executing ? new("u", "Otto", CallerKind.Person, "s", Now) : null,
        Content = new()
        {
            Kind = "sentinel.weight", Target = "momentum", Scope = "world:crypto", Parameters = JsonSerializer.SerializeToElement(new { }), Summary = "Weight 0.25 → 0.5",
            Items = [new("a", null, "b")], Fingerprint = "f",
        },
    };
}
