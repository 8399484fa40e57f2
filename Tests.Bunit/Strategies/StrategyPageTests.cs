using System.Text;
using System.Text.Json;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NSubstitute;
using Qmtl.Console.Api;
using Qmtl.Console.Components;
using Qmtl.Console.Configuration;
using Qmtl.Console.Graphs;
using Qmtl.Console.Pages.Strategies;
using Qmtl.Console.Security;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Bunit.Components;

namespace Qmtl.Tests.Bunit.Strategies;

public sealed class StrategyPageTests : BunitContext
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly IStrategyCatalogue _catalogue = Substitute.For<IStrategyCatalogue>();
    private readonly IDagManager _dagManager = Substitute.For<IDagManager>();
    private readonly List<StrategyRecord> _records = [];
    private readonly BunitJSModuleInterop _canvasModule;

    public StrategyPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        _canvasModule = JSInterop.SetupModule("./js/dag/dag-canvas.js");

        _dagManager.NodesAsync(default!, default).ReturnsForAnyArgs(new Dictionary<string, ComputeNode>
        {
            ["a"] = new() { NodeId = "a", NodeType = "StreamInput", CodeHash = "c", SchemaHash = "s", Topic = "btc_a_v1", ComputeKeys = ["blake3:key"] },
        });
        _catalogue.SharersAsync(default!, default).ReturnsForAnyArgs(new Dictionary<string, IReadOnlyList<string>> { ["a"] = ["s1", "s2"] });
        _catalogue.ListAsync(default).ReturnsForAnyArgs(_ => new StrategySnapshot([.. _records], "Gateway (test)", Noon));
        Submit("s1", "1.0.0", 0, Node("a", []), Node("b", ["a"]), Node("c", ["b"]));
        Submit("s2", "1.1.0", 1, Node("a", []), Node("b", ["a"], code: "c2"), Node("d", ["b"], code: "other"));

        var services = new ConsoleSettings { Environment = null!, IsSandbox = false, ObservedSystems = ["Gateway:Url"], InForce = [] };
        Services.AddSingleton(services);
        Services.AddSingleton<ServiceDirectory>();
        Services.AddSingleton(typeof(Available<>));
        TestAccess.AddTo(Services);
        Services.AddSingleton(_catalogue);
        Services.AddSingleton(_dagManager);
        Services.AddSingleton(TimeProvider.System);
        var caller = Substitute.For<ICurrentCaller>();
        caller.May(default!).ReturnsForAnyArgs(AccessDecision.Yes);
        Services.AddSingleton(caller);
        Services.AddSingleton(Substitute.For<IPlans>());
        Services.AddSingleton(Options.Create(new LimitsOptions()));
        Services.AddSingleton<GraphCaches>();
        Services.AddSingleton<StrategyGraphs>();
        Services.AddLogging();
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void An_unknown_id_says_so_within_the_page()
    {
        var page = Open("nobody");
        Assert.Contains("No strategy has the id nobody", page.Markup);
        Assert.Empty(page.FindAll("canvas"));
    }

    [Fact]
    public void Without_strategies_the_reason_is_shown()
    {
        Services.AddSingleton<IStrategyCatalogue>(_ => null!);
        var page = Open("s1");
        Assert.Contains("Strategy catalogue is not configured", page.Markup);
        Assert.Contains("Redis:Connection", page.Markup);
    }

    [Fact]
    public void A_catalogue_that_fails_is_named_with_its_message()
    {
        _catalogue.FindAsync("s1", Arg.Any<CancellationToken>()).Returns<StrategyRecord?>(_ => throw new IOException("connection refused"));
        var page = Open("s1");
        Assert.Contains("Gateway: connection refused", page.Find("[role=alert]").TextContent);
    }

    [Fact]
    public void The_canvas_is_given_an_address_and_no_drawing()
    {
        var page = Open("s1");
        var call = Assert.Single(_canvasModule.Invocations, call => call.Identifier == "create");
        var options = JsonSerializer.SerializeToElement(call.Arguments[2]);
        Assert.Equal("/api/v1/strategies/s1/graph", options.GetProperty("url").GetString());
        Assert.Empty(page.FindAll(".view svg path[d^=M24]"));
        Assert.Contains("3 nodes, 2 edges", page.Markup);
    }

    [Fact]
    public async Task Selecting_on_the_canvas_puts_the_node_in_the_address_and_opens_the_inspector()
    {
        var page = Open("s1");
        await page.InvokeAsync(() => page.FindComponent<DagCanvas>().Instance.OnSelect("a"));
        Assert.EndsWith("/strategies/s1?node=a", Navigation.Uri);
        var inspector = page.Find("aside.inspector");
        Assert.Contains("btc_a_v1", inspector.TextContent);
        Assert.Contains("verified", inspector.TextContent);
        // The other strategy that holds the node, with the node selected there.
        Assert.Equal("momentum 1.1.0", page.Find("aside a[href='/strategies/s2?node=a']").TextContent);

        await page.InvokeAsync(() => page.FindComponent<DagCanvas>().Instance.OnSelect(null));
        Assert.EndsWith("/strategies/s1", Navigation.Uri);
        Assert.Empty(page.FindAll("aside.inspector"));
    }

    [Fact]
    public void A_link_to_a_consumer_walks_there()
    {
        var page = Open("s1", "?node=a");
        Assert.Equal("b", page.Find("aside a[href='/strategies/s1?node=b']").TextContent);
        Navigation.NavigateTo("/strategies/s1?node=b");
        page.WaitForAssertion(() =>
        {
            Assert.Equal("b", page.Find("aside.inspector .head").TextContent);
            Assert.Contains(_canvasModule.Invocations, call => call.Identifier == "create");
        });
        Assert.Contains("The graph holds no node of this id", page.Find("aside").TextContent);
    }

    [Fact]
    public void A_wrong_node_id_shows_what_was_given_and_what_was_expected()
    {
        Submit("s3", "2.0.0", 2, Node("bad", [], verdict: new(NodeIdState.Mismatch, "blake3:good", "The fields give another id.")));
        var text = Open("s3", "?node=bad").Find("aside").TextContent;
        Assert.Contains("does not match the fields", text);
        Assert.Contains("The fields give another id.", text);
        Assert.Contains("blake3:good", text);
    }

    [Fact]
    public void A_node_of_another_version_is_named_as_missing() =>
        Assert.Contains("This DAG has no node with the id zzz", Open("s1", "?node=zzz").Find("aside").TextContent);

    [Fact]
    public void The_table_lists_the_same_nodes()
    {
        var page = Open("s1", "?tab=table&node=b");
        var rows = page.FindAll("tbody tr[role=row]");
        Assert.Equal(3, rows.Count);
        Assert.Contains("btc_a_v1", rows[0].TextContent);
        Assert.Equal("true", rows[1].GetAttribute("aria-selected"));
        rows[2].Click();
        Assert.EndsWith("?node=c&tab=table", Navigation.Uri);
    }

    [Fact]
    public void Comparing_lists_the_changes_from_the_earlier_version()
    {
        var page = Open("s2", "?compare=s1&tab=changes");
        var text = page.Find(".changes").TextContent;
        Assert.Contains("From momentum 1.0.0 to momentum 1.1.0", text);
        Assert.Equal(["removed", "added", "changed code"], page.FindAll(".changes tbody tr td:last-child").Select(cell => cell.TextContent.Trim()));
        Assert.NotNull(page.Find(".changes a[href*='node=b']"));
        var options = JsonSerializer.SerializeToElement(_canvasModule.Invocations.Single(call => call.Identifier == "create").Arguments[2]);
        Assert.Equal("/api/v1/strategies/s2/compare/s1/graph", options.GetProperty("url").GetString());
    }

    [Fact]
    public void A_compared_node_shows_both_values()
    {
        var rows = Open("s2", "?compare=s1&node=b").FindAll("aside .diff tbody tr");
        var row = Assert.Single(rows);
        Assert.Equal(["Code hash", "c", "c2"], row.Children.Select(cell => cell.TextContent));
    }

    [Fact]
    public void Comparing_with_nothing_that_exists_says_so() => Assert.Contains("no strategy has the id zzz", Open("s1", "?compare=zzz").Markup);

    private IRenderedComponent<StrategyPage> Open(string id, string query = "")
    {
        Navigation.NavigateTo($"/strategies/{id}{query}");
        return Render<StrategyPage>(parameters => parameters.Add(page => page.Id, id));
    }

    private void Submit(string id, string version, int hour, params DagNode[] nodes)
    {
        var record = new StrategyRecord
        {
            StrategyId = id, Family = "momentum", Version = version, State = StrategyState.Queued, WorldIds = ["w"], Tags = [], NodeCount = nodes.Length,
            SubmittedAt = Noon.AddHours(hour), SentinelId = id + "-sentinel", DagHash = id,
        };
        _records.Add(record);
        _catalogue.FindAsync(id, Arg.Any<CancellationToken>()).Returns(record);
        _catalogue.ReadDagAsync(id, Arg.Any<CancellationToken>()).Returns(new DagDocument
        {
            Form = DagInputForm.BareDag, DagUtf8 = Encoding.UTF8.GetBytes("{}"), Findings = [], ErrorCount = 0, WarningCount = 0,
            Dag = new() { Generation = DagGeneration.Newer, Nodes = nodes, SubmissionChecksum = 1, DiffChecksum = 1 },
        });
    }

    private static DagNode Node(string id, string[] inputs, string code = "c", NodeIdVerdict? verdict = null) => new()
    {
        Index = 0, NodeId = id, NodeType = "ProcessingNode", Name = id, Interval = 60, Tags = [], Inputs = inputs, CodeHash = code,
        Json = JsonDocument.Parse("""{"params":{"window":20}}""").RootElement,
        Verdict = verdict ?? new(NodeIdState.Verified, id, "The id equals what the fields give."),
    };
}
