using System.Text.Json;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using NSubstitute;
using Qmtl.Console.Api;
using Qmtl.Console.Configuration;
using Qmtl.Console.DryRuns;
using Qmtl.Console.Pages.DryRun;
using Qmtl.Console.Storage;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.WorldService;
using Qmtl.Tests.Bunit.Components;

namespace Qmtl.Tests.Bunit.DryRun;

public sealed class DryRunPageTests : BunitContext
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-dry-run-page-").FullName;
    private readonly BunitJSModuleInterop _editorModule;

    public DryRunPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        _editorModule = JSInterop.SetupModule("./js/editor.js");
        _editorModule.Mode = JSRuntimeMode.Loose;

        var worlds = Substitute.For<IWorldService>();
        worlds.ListAsync(default).ReturnsForAnyArgs([new World("crypto_mom_1h", "Momentum", "paper", null)]);
        var catalogue = Substitute.For<IStrategyCatalogue>();
        catalogue.ListAsync(default).ReturnsForAnyArgs(new StrategySnapshot([], "test", DateTimeOffset.UnixEpoch));
        Services.AddSingleton(new ConsoleSettings { Environment = null!, IsSandbox = false, ObservedSystems = ["Gateway:Url"], InForce = [] });
        Services.AddSingleton<ServiceDirectory>();
        Services.AddSingleton(typeof(Available<>));
        TestAccess.AddTo(Services);
        Services.AddSingleton(worlds);
        Services.AddSingleton(catalogue);
        Services.AddSingleton(Substitute.For<IGateway>());
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(Options.Create(new LimitsOptions()));
        Services.AddSingleton(Options.Create(new StorageOptions { Path = _folder }));
        Services.AddLogging();
        Services.AddSingleton<DryRunStore>();
        Services.AddSingleton<DryRunGraph>();
        Services.AddSingleton<DryRunService>();
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public async Task Text_arrives_findings_follow_a_click_needs_a_place()
    {
        var page = Open("/dry-run");
        Assert.True(page.Find("button.primary").HasAttribute("disabled"));
        var editor = page.FindComponent<DagEditor>().Instance;
        await editor.OnText(new() { Characters = 10, Lines = 1, Live = true, Loads = 1 });
        Assert.False(page.Find("button.primary").HasAttribute("disabled"));

        await editor.OnAnswer("check", 200, null, Stream(Check(Finding("E_NODE_ID_MISMATCH", FindingSeverity.Error, new(3, 5, 40, 6, 40, 6)), Finding("UNKNOWN_FIELD", FindingSeverity.Warning, null))));
        Assert.Contains("1 error · 1 warning", page.Markup);
        Assert.Equal(["E_NODE_ID_MISMATCH", "UNKNOWN_FIELD"], page.FindAll(".finding code").Select(code => code.TextContent));
        Assert.False(page.FindAll(".finding button")[0].HasAttribute("disabled"));
        Assert.True(page.FindAll(".finding button")[1].HasAttribute("disabled"));

        await editor.OnText(new() { Characters = 11, Lines = 1, Live = true, Edited = true, Loads = 1 });
        Assert.Contains("text changed since", page.Markup);
        await editor.OnText(new() { Characters = 9, Lines = 1, Live = true, Loads = 2 });
        Assert.Empty(page.FindAll(".finding"));
    }

    [Fact]
    public async Task Without_a_Gateway_a_DAG_can_be_checked_and_the_page_says_why_not_dry_run()
    {
        Services.RemoveAll<IGateway>();
        var page = Open("/dry-run");
        await page.FindComponent<DagEditor>().Instance.OnText(new() { Characters = 10, Lines = 1, Live = true, Loads = 1 });
        Assert.True(page.Find("button.primary").HasAttribute("disabled"));
        Assert.Contains("Gateway:Url is set, but this version", page.Find("button.primary").GetAttribute("title"));
        Assert.Contains("DAGs can be checked here, but not dry-run", page.Markup);
        Assert.False(page.FindAll("button").Single(button => button.TextContent == "Check").HasAttribute("disabled"));
    }

    [Fact]
    public async Task A_busy_server_counts_down_and_offers_to_try_again()
    {
        var page = Open("/dry-run");
        var editor = page.FindComponent<DagEditor>().Instance;
        await editor.OnText(new() { Characters = 10, Lines = 1, Loads = 1 });
        await editor.OnAnswer("run", 429, 5, Stream(new { title = "Too many DAGs at once", detail = "2 are being read already.", code = "TOO_MANY_LARGE_BODIES", where = "request body", advice = "Send it again in 5 s." }));
        Assert.Contains("Too many DAGs at once", page.Find("[role=alert]").TextContent);
        Assert.Contains("Try again in", page.Find("[role=alert] button").TextContent);
        Assert.True(page.Find("[role=alert] button").HasAttribute("disabled"));
    }

    [Fact]
    public async Task An_unanswered_request_says_that_the_text_is_still_there()
    {
        var page = Open("/dry-run");
        await page.FindComponent<DagEditor>().Instance.OnAnswer("run", 0, null, Stream(null));
        Assert.Contains("The text is still here", page.Find("[role=alert]").TextContent);
    }

    [Fact]
    public async Task A_run_leads_to_its_link_and_keeps_the_editor()
    {
        var page = Open("/dry-run?world=crypto_mom_1h");
        var report = await StoreAsync();
        await page.FindComponent<DagEditor>().Instance.OnAnswer("run", 201, null, Stream(report.WithoutNodes()));
        Assert.EndsWith($"/dry-run/{report.Id}?world=crypto_mom_1h", Navigation.Uri);
        page.Render(parameters => parameters.Add(shown => shown.Id, report.Id));
        Assert.NotNull(page.FindComponent<DagEditor>());
        page.WaitForAssertion(() => Assert.Contains("dryrun-sentinel", page.Find(".result").TextContent));
    }

    [Fact]
    public async Task A_link_shows_the_stored_result_without_the_editor()
    {
        var report = await StoreAsync();
        var page = Open($"/dry-run/{report.Id}", report.Id);
        page.WaitForAssertion(() => Assert.Contains("dryrun-sentinel", page.Markup));
        Assert.Empty(page.FindComponents<DagEditor>());
        Assert.Equal($"/dry-run?from={report.Id}", page.FindAll("a").Single(link => link.TextContent == "Open in the editor").GetAttribute("href"));
        Assert.Contains("The two checksums differ", page.Markup);
        Assert.Contains("t1", page.Find("tbody").TextContent);
    }

    [Theory]
    [InlineData("00000000000000000000000000", "This result expired")]
    [InlineData("nonsense", "There is no such result")]
    public void A_link_that_leads_nowhere_says_why(string id, string words)
    {
        var page = Open($"/dry-run/{id}", id);
        page.WaitForAssertion(() => Assert.Contains(words, page.Markup));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static FindingView Finding(string code, FindingSeverity severity, PlaceView? at) =>
        new() { Severity = severity, Code = code, Path = "$.nodes[0]", Message = "m", Advice = "a", At = at };

    private static CheckReport Check(params FindingView[] findings) => new()
    {
        Valid = false,
        Input = new() { Form = DagInputForm.BareDag, Bytes = 10, DagBytes = 10, Nodes = 1 },
        Findings = new()
        {
            Errors = findings.Count(finding => finding.Severity == FindingSeverity.Error),
            Warnings = findings.Count(finding => finding.Severity == FindingSeverity.Warning),
            Items = findings,
        },
    };

    private static BytesFromBrowser Stream(object? value)
    {
        var bytes = value is null ? [] : JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options);
        return new BytesFromBrowser(bytes);
    }

    private sealed class BytesFromBrowser(byte[] bytes) : IJSStreamReference
    {
        public long Length => bytes.Length;

        public ValueTask<System.IO.Stream> OpenReadStreamAsync(long maxAllowedSize = 512_000, CancellationToken cancellationToken = default) => new(new MemoryStream(bytes));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private async Task<DryRunReport> StoreAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        var report = new DryRunReport
        {
            Id = DryRunId.New(now),
            CreatedAt = now,
            ExpiresAt = now.AddHours(24),
            Worlds = ["w1"],
            Input = new() { Form = DagInputForm.BareDag, Bytes = 2, DagBytes = 2, Nodes = 1 },
            Findings = new() { Errors = 0, Warnings = 0, Items = [] },
            Result = new()
            {
                QueueMap = new Dictionary<string, IReadOnlyList<QueueView>> { ["n1"] = [new("t1", false)] },
                SentinelId = "dryrun-sentinel",
                SentinelOrigin = SentinelOrigin.Diff,
                Source = DryRunSource.Diff,
                SubmissionChecksum = ChecksumView.Of(2),
                DiffChecksum = ChecksumView.Of(1),
                Version = "v1",
                ExecutionDomain = "backtest",
                Downgraded = false,
                SafeMode = false,
                ElapsedMs = 1.5,
                Counts = new(0, 0, 1),
                Nodes = [new() { NodeId = "n1", Queue = "t1", Disposition = NodeDisposition.New }],
            },
        };
        await Services.GetRequiredService<DryRunStore>().SaveAsync(report, "{}"u8.ToArray(), default);
        return report;
    }

    private IRenderedComponent<DryRunPage> Open(string address, string? id = null)
    {
        Navigation.NavigateTo(address);
        return Render<DryRunPage>(parameters => parameters.Add(page => page.Id, id));
    }
}
