using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Configuration;
using Qmtl.Console.Live;
using Qmtl.Console.Pages.Strategies;
using Qmtl.Console.Security;
using Qmtl.Gateway;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Bunit.Components;

namespace Qmtl.Tests.Bunit.Strategies;

public sealed class StrategiesPageTests : BunitContext
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Caller Alice = new() { UserId = "local:alice", Name = "Alice", Kind = CallerKind.Person, SessionId = "s" };

    private readonly IPlans _plans = Substitute.For<IPlans>();
    private readonly ICurrentCaller _caller = Substitute.For<ICurrentCaller>();
    private readonly IStrategyCatalogue _catalogue = Substitute.For<IStrategyCatalogue>();
    private readonly ILiveWatch _live = Substitute.For<ILiveWatch>();
    private readonly List<StrategyRecord> _records =
    [
        Record("s3", "momentum", "v2", StrategyState.Processing, 40, "w1", "btc"),
        Record("s2", "momentum", "v1", StrategyState.Completed, 12, "w1", "btc"),
        Record("s1", "carry", null, StrategyState.Failed, 400, "w2", "eth"),
    ];

    public StrategiesPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        _catalogue.ListAsync(default).ReturnsForAnyArgs(_ => new StrategySnapshot([.. _records], "Gateway (test)", Noon));
        Services.AddSingleton(new ConsoleSettings { Environment = null!, IsSandbox = false, ObservedSystems = ["Gateway:Url"], InForce = [] });
        Services.AddSingleton<ServiceDirectory>();
        Services.AddSingleton(typeof(Available<>));
        TestAccess.AddTo(Services);
        Services.AddSingleton(_catalogue);
        Services.AddSingleton(_live);
        _caller.May(default!).ReturnsForAnyArgs(AccessDecision.Yes);
        _caller.Caller.Returns(Alice);
        Services.AddSingleton(_plans);
        Services.AddSingleton(_caller);
        Services.AddSingleton(TimeProvider.System);
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void A_submission_whose_meta_names_no_family_can_be_grouped()
    {
        _records.Add(Record("s0", null!, null, StrategyState.Completed, 3, "w1", "btc"));
        var page = Open("?selected=s0");
        page.Find("aside input[aria-label=Family]").Change("carry");
        page.FindAll("aside button").Single(button => button.TextContent == "Group").Click();
        page.WaitForAssertion(() => _plans.Received(1).DoAsync(
            Alice,
            Arg.Is<PlanRequest>(request => request.Kind == "strategy.family" && request.Target == "s0" && request.Parameters.GetProperty("family").GetString() == "carry" && request.Reason.Length > 0),
            Arg.Any<CancellationToken>()));
    }

    [Fact]
    public async Task An_event_of_a_strategy_has_the_list_read_again_at_once_and_leaving_ends_that()
    {
        Func<Task>? heard = null;
        var following = Substitute.For<IDisposable>();
        _live.Follow(Arg.Is<LiveRequest>(request => request.Types!.Contains("progress")), Arg.Do<Func<Task>>(changed => heard = changed)).Returns(following);
        var page = Open("");
        page.WaitForAssertion(() => Assert.NotNull(heard));
        Assert.DoesNotContain("newcomer", page.Markup, StringComparison.Ordinal);
        _records.Add(Record("s9", "newcomer", "v1", StrategyState.Queued, 3, "w1", "btc"));
        await heard!();
        page.WaitForAssertion(() => Assert.Contains("newcomer", page.Markup, StringComparison.Ordinal));
        await DisposeComponentsAsync();
        following.Received(1).Dispose();
    }

    [Fact]
    public void Without_the_permission_grouping_is_off_and_says_why()
    {
        _records.Add(Record("s0", null!, null, StrategyState.Completed, 3, "w1", "btc"));
        _caller.May(Permissions.FamiliesChange).Returns(AccessDecision.No("A viewer does not group."));
        var page = Open("?selected=s0");
        Assert.True(page.Find("aside input[aria-label=Family]").HasAttribute("disabled"));
        Assert.Contains("A viewer does not group.", page.Find("aside").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_shown_beside_the_field()
    {
        _records.Add(Record("s0", null!, null, StrategyState.Completed, 3, "w1", "btc"));
        _plans.DoAsync(default!, default!, default).ReturnsForAnyArgs(Task.FromException<Plan>(new RailRefusedException("CANNOT_PLAN", "It is in the family carry already.", "family", "Nothing is needed.")));
        var page = Open("?selected=s0");
        page.FindAll("aside button").Single(button => button.TextContent == "Group").Click();
        page.WaitForAssertion(() => Assert.Contains("It is in the family carry already.", page.Find("aside [role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void A_family_from_meta_is_not_for_grouping()
    {
        var page = Open("?selected=s1");
        Assert.Empty(page.FindAll("aside input[aria-label=Family]"));
    }

    [Fact]
    public void Lists_what_the_catalogue_has_with_source_and_count()
    {
        var page = Open("");
        Assert.Equal(["momentum", "momentum", "carry"], Names(page));
        Assert.Contains("Gateway (test)", page.Markup);
        Assert.Contains("3 submissions, 2 families, 1 failed", page.Markup);
        Assert.Contains("Its meta names no version", page.Markup);
    }

    [Theory]
    [InlineData("?q=state%3Afailed", "s1")]
    [InlineData("?q=tag%3Abtc%20nodes%3A%3E20", "s3")]
    [InlineData("?latest=1", "s3 s1")]
    [InlineData("?sort=-nodes", "s1 s3 s2")]
    [InlineData("?q=nobody", "")]
    public void The_address_decides_what_is_shown(string query, string expected) => Assert.Equal(expected, string.Join(' ', Ids(Open(query))));

    [Fact]
    public void Says_which_token_means_nothing() => Assert.Contains("nodes:many is not understood", Open("?q=nodes%3Amany").Markup);

    [Fact]
    public void A_click_opens_the_inspector_and_the_address_follows()
    {
        var page = Open("");
        page.FindAll("tbody tr[role=row]")[2].Click();
        Assert.EndsWith("/strategies?selected=s1", Navigation.Uri);
        Assert.Contains("Dry-run it again", page.Find(".inspector").TextContent);
        Assert.Equal("/strategies/s1", page.Find(".inspector a.primary").GetAttribute("href"));
    }

    [Fact]
    public void A_double_click_opens_the_page()
    {
        Open("").FindAll("tbody tr[role=row]")[0].DoubleClick();
        Assert.EndsWith("/strategies/s3", Navigation.Uri);
    }

    [Fact]
    public void A_link_to_a_strategy_that_is_gone_says_so() => Assert.Contains("No strategy has the id nobody", Open("?selected=nobody").Find(".inspector").TextContent);

    [Fact]
    public void Where_nothing_left_the_queue_it_says_that_no_worker_is_seen()
    {
        _records.Clear();
        _records.Add(Record("s1", "a", "v1", StrategyState.Queued, 1, "w1", "x"));
        _records.Add(Record("s2", "b", "v1", StrategyState.Queued, 1, "w1", "x"));
        Assert.Contains("queued, no worker seen", Open("").Markup);

        _records.Add(Record("s3", "c", "v1", StrategyState.Completed, 1, "w1", "x"));
        Assert.DoesNotContain("no worker seen", Render<StrategiesPage>().Markup);
    }

    [Fact]
    public void An_empty_list_says_what_fills_it()
    {
        _records.Clear();
        Assert.Contains("No strategy was submitted yet", Open("").Markup);
    }

    [Fact]
    public void A_catalogue_that_fails_is_named_with_its_message()
    {
        _catalogue.ListAsync(default).ReturnsForAnyArgs<StrategySnapshot>(_ => throw new IOException("connection refused"));
        Assert.Contains("connection refused", Open("").Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Without_a_catalogue_the_reason_is_shown()
    {
        Services.AddSingleton<IStrategyCatalogue>(_ => null!);
        var page = Open("");
        Assert.Contains("Strategy catalogue is not configured", page.Markup);
        Assert.Empty(page.FindAll("table"));
    }

    private static IEnumerable<string> Names(IRenderedComponent<StrategiesPage> page) =>
        page.FindAll("tbody tr[role=row] td:first-child a").Select(link => link.TextContent);

    private static IEnumerable<string> Ids(IRenderedComponent<StrategiesPage> page) =>
        page.FindAll("tbody tr[role=row] td:first-child a").Select(link => link.GetAttribute("href")!["/strategies/".Length..]);

    private static StrategyRecord Record(string id, string family, string? version, StrategyState state, int nodes, string world, string tag) => new()
    {
        StrategyId = id,
        Family = family,
        Version = version,
        State = state,
        NodeCount = nodes,
        SubmittedAt = Noon,
        WorldIds = [world],
        Tags = [tag],
        SentinelId = id + "-sentinel",
        DagHash = "00",
    };

    private IRenderedComponent<StrategiesPage> Open(string query)
    {
        Navigation.NavigateTo("/strategies" + query);
        return Render<StrategiesPage>();
    }
}
