using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Components.Text;
using Qmtl.Console.Configuration;
using Qmtl.Shared.Health;

namespace Qmtl.Tests.Bunit.Components;

public sealed class PartsTests : ShellContext
{
    [Fact]
    public void An_id_is_shortened_but_copied_and_told_whole()
    {
        var id = Render<IdText>(parameters => parameters.Add(text => text.Id, "blake3:0123456789abcdef0123456789abcdef").Add(text => text.Length, 16));
        Assert.Equal("blake3:0123…cdef", id.Find(".text").TextContent);
        Assert.Equal("blake3:0123456789abcdef0123456789abcdef", id.Find("[data-copy]").GetAttribute("data-copy"));
        Assert.Equal("blake3:0123…cdef: copy blake3:0123456789abcdef0123456789abcdef", id.Find("button").GetAttribute("aria-label"));
    }

    [Fact]
    public void An_unknown_time_is_a_dash_with_its_reason()
    {
        var time = Render<TimeText>(parameters => parameters.Add(text => text.At, (DateTimeOffset?)null).Add(text => text.Unknown, "The producer gave no time"));
        Assert.Contains("–", time.Markup, StringComparison.Ordinal);
        Assert.Contains("The producer gave no time", time.Markup, StringComparison.Ordinal);
        Assert.Empty(time.FindAll("time"));
    }

    [Fact]
    public void Freshness_leaves_the_ticking_to_the_browser()
    {
        var at = TimeProvider.System.GetUtcNow().AddSeconds(-12.5);
        var freshness = Render<Freshness>(parameters => parameters.Add(text => text.At, at).Add(text => text.Source, "Neo4j"));
        Assert.Equal("as of 12 s ago, from Neo4j", freshness.Find("span").TextContent);
        Assert.Equal(Age.Iso(at), freshness.Find("time[data-age]").GetAttribute("datetime"));
    }

    [Theory]
    [InlineData(DependencyState.Ok, "ok", "ok")]
    [InlineData(DependencyState.Unknown, "unknown", "unknown")]
    [InlineData(DependencyState.NotConfigured, "unknown", "not configured")]
    [InlineData(DependencyState.NotInThisVersion, "unknown", "not in this version")]
    public void A_state_is_told_by_word_and_unknown_is_never_green(DependencyState state, string tone, string word)
    {
        var badge = Render<DependencyBadge>(parameters => parameters.Add(item => item.State, state));
        Assert.Equal(word, badge.Find(".badge").TextContent.Trim());
        Assert.Contains(tone, badge.Find(".badge").ClassList);
        Assert.NotNull(badge.Find(".badge svg"));
    }

    [Fact]
    public void A_failure_keeps_the_old_content_greyed_and_offers_to_try_again()
    {
        var retried = 0;
        var error = Render<StaleError>(parameters => parameters
            .Add(item => item.Failure, new Failure("The list could not be read.", "Gateway: refused", "Check that it runs."))
            .Add(item => item.ReadAt, TimeProvider.System.GetUtcNow().AddMinutes(-3.5))
            .Add(item => item.OnRetry, () => retried++)
            .AddChildContent("<p id=\"old\">old</p>"));
        Assert.NotNull(error.Find(".stale #old"));
        Assert.Contains("3 min ago", error.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        error.Find("button").Click();
        Assert.Equal(1, retried);
        error.Render(parameters => parameters.Add(item => item.Failure, null));
        Assert.Empty(error.FindAll("[role=alert], .stale"));
    }

    [Fact]
    public void A_missing_service_says_why()
    {
        var missing = Render<NotAvailable>(parameters => parameters.Add(item => item.Missing, new Missing("Gateway", DependencyState.NotInThisVersion, "Because.", "Do this.")));
        Assert.Equal("Gateway is not in this version", missing.Find("h2").TextContent);
        Assert.Contains("Do this.", missing.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Tabs_have_one_tab_stop_and_arrows_move()
    {
        string? chosen = null;
        var tabs = Render<Tabs>(parameters => parameters
            .Add(item => item.Id, "t").Add(item => item.Label, "Views").Add(item => item.Active, "graph")
            .Add(item => item.Items, [new TabItem("graph", "Graph"), new TabItem("table", "Table", 3)])
            .Add(item => item.ActiveChanged, key => chosen = key));
        Assert.Equal(["0", "-1"], tabs.FindAll("[role=tab]").Select(tab => tab.GetAttribute("tabindex")));
        tabs.Find("[role=tab]").KeyDown(new KeyboardEventArgs { Key = "ArrowLeft" });
        Assert.Equal("table", chosen);
    }

    [Fact]
    public async Task A_dialog_is_opened_by_its_module_and_tells_when_the_user_closes_it()
    {
        var module = JSInterop.SetupModule("./js/dialog.js");
        module.Mode = JSRuntimeMode.Loose;
        bool? open = null;
        var dialog = Render<Dialog>(parameters => parameters
            .Add(item => item.Id, "d").Add(item => item.Title, "Review").Add(item => item.Open, true).Add(item => item.OpenChanged, value => open = value));
        Assert.Single(module.Invocations["open"]);
        Assert.Equal("d-title", dialog.Find("dialog").GetAttribute("aria-labelledby"));
        await dialog.InvokeAsync(dialog.Instance.ClosedAsync);
        Assert.False(open);
    }

    [Fact]
    public void An_inspector_is_there_only_while_it_is_open()
    {
        var closed = 0;
        var inspector = Render<Inspector>(parameters => parameters.Add(item => item.Open, false).Add(item => item.Label, "Strategy").Add(item => item.OnClose, () => closed++));
        Assert.Empty(inspector.Markup.Trim());
        inspector.Render(parameters => parameters.Add(item => item.Open, true));
        inspector.Find("button[aria-label=Close]").Click();
        Assert.Equal(1, closed);
    }

    [Fact]
    public void A_page_that_fails_leaves_the_frame_and_says_what_to_do()
    {
        var boundary = Render<PageErrorBoundary>(parameters => parameters.AddChildContent<Fails>());
        Assert.Contains("the graph is gone", boundary.Markup, StringComparison.Ordinal);
        Fails.Now = false;
        boundary.Find("button.primary").Click();
        Assert.Equal("fine", boundary.Find("p").TextContent);
    }

    private sealed class Fails : ComponentBase
    {
        public static bool Now { get; set; } = true;

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder)
        {
            if (Now) throw new InvalidOperationException("the graph is gone");
            builder.AddMarkupContent(0, "<p>fine</p>");
        }
    }
}
