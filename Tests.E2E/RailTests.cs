using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;
using static Microsoft.Playwright.Assertions;

namespace Qmtl.Tests.E2E;

/// <summary>Sandbox activity is paused and resumed on the whole rail: from the page, over HTTP and from the command line, by two people in their own browsers.</summary>
[Collection(RailCollection.Name)]
public sealed partial class RailTests(RailFixture console)
{
    private const string Otto = "Otto Operator";
    private const string Ada = "Ada Administrator";

    [Fact]
    public async Task From_the_page()
    {
        await using var otto = await console.OpenAsAsync(Otto, "/");
        await using var ada = await console.OpenAsAsync(Ada, "/strategies");
        var page = otto.Page;
        await page.GetByRole(AriaRole.Button, new() { NameRegex = ActivityButton() }).ClickAsync();
        await Expect(page.Locator("dialog#new-plan")).ToBeVisibleAsync();
        await page.FillAsync("#new-plan-reason", "clock change");
        await page.GetByRole(AriaRole.Button, new() { Name = "Plan it" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(PlanAddress());
        await page.Locator("[data-act=confirm] button").ClickAsync();

        // The author reads why an approval by the same person does not count.
        await Expect(page.Locator("#act-approve-why")).ToContainTextAsync("Nobody approves a plan of one's own");
        await Expect(page.Locator("[data-act=approve] button")).ToBeDisabledAsync();

        // The second person hears of it without asking, on whatever page.
        var notice = ada.Page.Locator(".notices .notice").First;
        await Expect(notice).ToContainTextAsync("Otto Operator's plan waits for your approval");
        await Expect(ada.Page.GetByRole(AriaRole.Link, new() { NameRegex = WaitForYou() })).ToBeVisibleAsync();
        await notice.GetByRole(AriaRole.Link).ClickAsync();
        await ada.Page.Locator("[data-act=approve] button").ClickAsync();

        await Expect(page.Locator(".news")).ToContainTextAsync("Ada Administrator has just approved this plan");
        await page.Locator("[data-act=execute] button").DblClickAsync();
        await Expect(page.Locator("#outcome-title")).ToHaveTextAsync("Done");
        await Expect(page.Locator("section[aria-labelledby=timeline-title]")).ToContainTextAsync("Ada Administrator approved it");
        await Expect(ada.Page.Locator("#outcome-title")).ToHaveTextAsync("Done");
        await otto.AssertAccessibleAsync("sheet of an executed plan");
        await page.GetByRole(AriaRole.Link, new() { Name = "Its job" }).ClickAsync();
        await Expect(page.Locator(".inspector")).ToContainTextAsync("1 done");
        await otto.AssertAccessibleAsync("job inspector");

        // The audit tells all of it, and who it was.
        await ada.Page.GetByRole(AriaRole.Link, new() { Name = "Its records in the audit" }).ClickAsync();
        var records = ada.Page.Locator("tbody");
        foreach (var action in new[] { "plan.create", "plan.confirm", "plan.approve" }) await Expect(records).ToContainTextAsync(action);
        await Expect(records).ToContainTextAsync(SandboxAction());
        await Expect(records).ToContainTextAsync(Ada);
    }

    [Fact]
    public async Task Over_http()
    {
        using var client = new HttpClient { BaseAddress = console.Server.Url };
        client.DefaultRequestHeaders.Add("Origin", console.Server.Url.GetLeftPart(UriPartial.Authority));
        var plan = await PostAsync(client, "api/v1/plans", new { kind = await KindAsync(client), target = "sandbox", reason = "from a script" });
        await ConfirmAndApproveAsync(Id(plan));
        var executed = await PostAsync(client, $"api/v1/plans/{Id(plan)}/execute", new { });
        Assert.Equal("executed", executed.GetProperty("state").GetString());
        Assert.Equal(1, executed.GetProperty("counts").GetProperty("done").GetInt32());
    }

    [Fact]
    public async Task From_the_command_line()
    {
        var key = await MakeKeyAsync();
        using var client = new HttpClient { BaseAddress = console.Server.Url };
        client.DefaultRequestHeaders.Add("Origin", console.Server.Url.GetLeftPart(UriPartial.Authority));
        var (code, output) = await console.Server.CommandAsync(key, "plans", "create", await KindAsync(client), "sandbox", "--reason", "from a terminal");
        Assert.True(code == 0, output);
        var id = PlanId().Match(output).Value;
        (code, output) = await console.Server.CommandAsync(key, "plans", "execute", id);
        Assert.True(code == 3, output);
        await ConfirmAndApproveAsync(id);
        (code, output) = await console.Server.CommandAsync(key, "plans", "execute", id);
        Assert.True(code == 0, output);
        Assert.Contains("1 done", output);
        (code, output) = await console.Server.CommandAsync(key, "plans", "undo", id, "--reason", "back again");
        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_and_dialogs_of_the_rail_are_accessible(bool dark)
    {
        using var client = new HttpClient { BaseAddress = console.Server.Url };
        client.DefaultRequestHeaders.Add("Origin", console.Server.Url.GetLeftPart(UriPartial.Authority));
        var plan = await PostAsync(client, "api/v1/plans", new { kind = await KindAsync(client), target = "sandbox", reason = "looked at" });
        await using var ada = await console.OpenAsAsync(Ada, "/plans", dark);
        foreach (var path in new[]
        {
            "/plans", "/plans?new=sandbox.pause", $"/plans/{Id(plan)}", $"/plans/{Id(plan)}?tab=http", $"/plans/{Id(plan)}?tab=commandline", "/plans/p-nobody", "/jobs", "/jobs?job=j-nobody",
            "/access", "/access?tab=roles", "/access?tab=policies", "/access?tab=switch",
        })
        {
            await ada.GoAsync(path);
            await ada.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await ada.AssertAccessibleAsync($"{path} ({(dark ? "dark" : "light")})");
        }
    }

    /// <summary>Two people in their own browsers: one confirms, the other approves.</summary>
    private async Task ConfirmAndApproveAsync(string id)
    {
        await using var otto = await console.OpenAsAsync(Otto, $"/plans/{id}");
        await otto.Page.FillAsync("#act-confirm-reason", "as planned");
        await otto.Page.Locator("[data-act=confirm] button").ClickAsync();
        await Expect(otto.Page.Locator("[data-act=approve] button")).ToBeDisabledAsync();
        await using var ada = await console.OpenAsAsync(Ada, $"/plans/{id}");
        await ada.Page.Locator("[data-act=approve] button").ClickAsync();
        await Expect(ada.Page.Locator("[data-act=execute] button")).ToBeEnabledAsync();
    }

    /// <summary>A key of the demo operator, made on the page of one's own account.</summary>
    private async Task<string> MakeKeyAsync()
    {
        await using var otto = await console.OpenAsAsync(Otto, "/account");
        await otto.Page.GetByRole(AriaRole.Button, new() { NameRegex = MakeKeyButton() }).First.ClickAsync();
        await otto.Page.FillAsync("#key-name", "terminal");
        await otto.Page.Locator("button[form=make-key-form]").ClickAsync();
        var shown = otto.Page.GetByText(Token()).First;
        await shown.WaitForAsync();
        return Token().Match(await shown.InnerTextAsync()).Value;
    }

    /// <summary>The kind that can be planned now: the tests share one sandbox.</summary>
    private static async Task<string> KindAsync(HttpClient client)
    {
        using var try_ = await client.PostAsJsonAsync("api/v1/plans", new { kind = "sandbox.pause", target = "sandbox", reason = "looking" });
        return try_.IsSuccessStatusCode ? "sandbox.pause" : "sandbox.resume";
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static string Id(JsonElement plan) => plan.GetProperty("id").GetString()!;

    [GeneratedRegex("(Pause|Resume) sandbox activity…")]
    private static partial Regex ActivityButton();

    [GeneratedRegex("sandbox\\.(pause|resume)")]
    private static partial Regex SandboxAction();

    [GeneratedRegex("p-[a-z0-9]+")]
    private static partial Regex PlanId();

    [GeneratedRegex("qmtl_[A-Za-z0-9_-]{43}")]
    private static partial Regex Token();

    [GeneratedRegex("(Make|New).*key", RegexOptions.IgnoreCase)]
    private static partial Regex MakeKeyButton();

    [GeneratedRegex("/plans/p-[a-z0-9]+$")]
    private static partial Regex PlanAddress();

    [GeneratedRegex("Plans\\s*[0-9]*\\s*, [0-9]+ waits? for you")]
    private static partial Regex WaitForYou();
}
