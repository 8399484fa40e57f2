using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;
using static Microsoft.Playwright.Assertions;

namespace Qmtl.Tests.E2E;

/// <summary>A console of one's own accounts, from its first start on: set-up, sign-in, one's own account, another person's account.</summary>
[Collection(LocalCollection.Name)]
public sealed partial class LocalSignInTests(LocalFixture console)
{
    private const string Password = "a long enough phrase";

    [Fact]
    public async Task From_the_first_run_to_a_second_person()
    {
        await using var ada = await console.OpenPlainAsync("/strategies");
        foreach (var provoked in new[] { "401", "429", "session has ended", "signed out", "WebSocket" }) ada.Expect(provoked);
        await SetUpAsync(ada);
        await MakeAKeyAsync(ada);
        await EndAnotherSessionAsync(ada);
        await SignOutAndInAgainAsync(ada);
        await HandOutAnAccountAsync(ada);
    }

    /// <summary>Whoever comes first is led to the set-up, and the token of standard output makes the administrator.</summary>
    private async Task SetUpAsync(WatchedPage ada)
    {
        var page = ada.Page;
        await page.ReachesAsync("/sign-in\\?returnUrl=%2Fstrategies$");
        await ada.AssertAccessibleInBothAsync("sign-in without any account");
        await page.GetByRole(AriaRole.Link, new() { Name = "Make the first administrator" }).ClickAsync();
        await ada.AssertAccessibleInBothAsync("/setup");
        await page.FillAsync("#token", await console.SetupTokenAsync());
        await page.FillAsync("#user", "ada");
        await page.FillAsync("#name", "Ada Lovelace");
        await page.FillAsync("#password", Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the administrator" }).ClickAsync();
        await ada.InteractiveAsync();
        await Expect(User(page)).ToContainTextAsync("Ada Lovelace");
        await Expect(User(page)).ToContainTextAsync("administrator");

        // The token does not count any more.
        await page.GotoAsync("/setup");
        await Expect(page.GetByText("The console is set up")).ToBeVisibleAsync();
    }

    private static async Task MakeAKeyAsync(WatchedPage ada)
    {
        var page = ada.Page;
        await ada.GoAsync("/account");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a key…" }).ClickAsync();
        await page.FillAsync("#key-name", "Nightly dry-runs");
        await page.GetByLabel("Only these:").CheckAsync();
        await page.GetByLabel("strategies:dryrun:create").CheckAsync();
        await ada.AssertAccessibleInBothAsync("dialog of a new key");
        await page.Locator("button[form=make-key-form]").ClickAsync();
        await Expect(page.Locator("code.token")).ToHaveTextAsync(Token());
        var token = await page.Locator("code.token").InnerTextAsync();
        await ada.AssertAccessibleInBothAsync("account with a new key");
        await page.GetByRole(AriaRole.Button, new() { Name = "Done", Exact = true }).ClickAsync();
        await Expect(page.GetByText(token)).ToHaveCountAsync(0);
        await ada.GoAsync("/account");
        await Expect(page.Locator("section[aria-labelledby=keys-title]")).ToContainTextAsync("Nightly dry-runs");
        Assert.DoesNotContain(token, await page.ContentAsync(), StringComparison.Ordinal);
    }

    private async Task EndAnotherSessionAsync(WatchedPage ada)
    {
        await using var elsewhere = await console.OpenPlainAsync("/sign-in?returnUrl=%2Fhealth-report");
        foreach (var provoked in new[] { "401", "404", "session has ended", "WebSocket", "closed" }) elsewhere.Expect(provoked);
        await SignInAsync(elsewhere.Page, "ada", Password);
        await elsewhere.InteractiveAsync();
        await Expect(User(elsewhere.Page)).ToContainTextAsync("Ada Lovelace");

        await ada.GoAsync("/account");
        var sessions = ada.Page.Locator("section[aria-labelledby=sessions-title] tbody tr");
        await Expect(sessions).ToHaveCountAsync(2);
        await sessions.Filter(new() { HasNotText = "this one" }).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(sessions).ToHaveCountAsync(1);
        await Expect(ada.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "has ended" })).ToBeVisibleAsync();
        await elsewhere.Page.ReachesAsync("/sign-in[?]returnUrl=%2Fhealth-report$");
    }

    private static async Task SignOutAndInAgainAsync(WatchedPage ada)
    {
        var page = ada.Page;
        await User(page).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.ReachesAsync("/sign-in");
        for (var i = 0; i < 3; i++)
        {
            await SignInAsync(page, "ada", "not this one at all");
            await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("do not fit together");
        }

        // The waits grow: on a slow machine the first ones are over before the next try. Whoever comes too early is told how long.
        var alert = page.GetByRole(AriaRole.Alert);
        for (var i = 0; i < 12 && !Wait().IsMatch(await alert.InnerTextAsync()); i++)
        {
            await SignInAsync(page, "ada", "not this one at all");
            await Expect(alert).ToBeVisibleAsync();
        }

        // Then even the right one waits, and is heard after that time.
        await Expect(alert).ToContainTextAsync(Wait());
        await ada.AssertAccessibleInBothAsync("sign-in that waits");
        for (var i = 0; i < 200 && page.Url.Contains("/sign-in", StringComparison.Ordinal); i++)
        {
            await SignInAsync(page, "ada", Password);
            await page.WaitForLoadStateAsync();
        }

        await ada.InteractiveAsync();
        await Expect(User(page)).ToContainTextAsync("Ada Lovelace");
    }

    private async Task HandOutAnAccountAsync(WatchedPage ada)
    {
        var page = ada.Page;
        await ada.GoAsync("/access");
        await ada.AssertAccessibleInBothAsync("/access");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add an account…" }).ClickAsync();
        await page.FillAsync("#new-plan-target", "bob");
        await page.FillAsync("#new-plan-p-name", "Bob Brown");
        await page.FillAsync("#new-plan-p-role", "operator");
        await page.FillAsync("#new-plan-reason", "new colleague");
        await ada.AssertAccessibleInBothAsync("dialog of a new account");
        await page.GetByRole(AriaRole.Button, new() { Name = "Plan it" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(PlanAddress());
        await page.Locator("[data-act=confirm] button").ClickAsync();
        await page.Locator("[data-act=execute] button").ClickAsync();
        await Expect(page.Locator("#outcome-title")).ToHaveTextAsync("Done");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the link" }).ClickAsync();
        var link = await page.Locator("code.link").InnerTextAsync();
        Assert.Matches("/password-link#[A-Za-z0-9_-]{43}$", link);
        await ada.AssertAccessibleInBothAsync("plan with its password link");
        await page.ReloadAsync();
        await ada.InteractiveAsync();
        await Expect(page.Locator("#outcome-title")).ToHaveTextAsync("Done");
        await Expect(page.Locator("code.link")).ToHaveCountAsync(0);

        await SetAPasswordAsync(link);
        await ada.GoAsync("/access?account=local%3Abob");
        await Expect(page.Locator(".inspector")).ToContainTextAsync("Bob Brown");
        await ada.AssertAccessibleInBothAsync("an account in the inspector");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change role or scope…" }).ClickAsync();
        await Expect(page.Locator("#new-plan-p-role")).ToHaveValueAsync("operator");
        await ada.AssertAccessibleInBothAsync("dialog of another role");
    }

    private async Task SetAPasswordAsync(string link)
    {
        await using var bob = await console.OpenPlainAsync(link);
        bob.Expect("400");
        var page = bob.Page;
        await Expect(page.Locator("#token")).ToHaveValueAsync(new Regex("^[A-Za-z0-9_-]{43}$"));
        Assert.DoesNotContain("#", page.Url, StringComparison.Ordinal);
        await bob.AssertAccessibleInBothAsync("/password-link");
        await page.FillAsync("#password", "quite another phrase");
        await page.FillAsync("#again", "not the same phrase");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not the same");
        await page.FillAsync("#password", "quite another phrase");
        await page.FillAsync("#again", "quite another phrase");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the password" }).ClickAsync();
        await Expect(page.GetByText("The password is set")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await SignInAsync(page, "bob", "quite another phrase");
        await bob.InteractiveAsync();
        await Expect(User(page)).ToContainTextAsync("Bob Brown");

        // An operator reads roles and policies, and is told who may read the accounts.
        await bob.GoAsync("/access");
        await Expect(page.GetByText("Needs the role administrator")).ToBeVisibleAsync();
        await bob.AssertAccessibleInBothAsync("/access of an operator");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Policies" }).ClickAsync();
        await Expect(page.Locator("tbody")).ToContainTextAsync("account.add");
    }

    private static ILocator User(IPage page) => page.Locator("details.user summary");

    private static async Task SignInAsync(IPage page, string user, string password)
    {
        await page.FillAsync("#user", user);
        await page.FillAsync("#password", password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    [GeneratedRegex("^qmtl_[A-Za-z0-9_-]{43}$")]
    private static partial Regex Token();

    [GeneratedRegex("Try again in \\d+ s\\.")]
    private static partial Regex Wait();

    [GeneratedRegex("/plans/p-[a-z0-9]+$")]
    private static partial Regex PlanAddress();
}

/// <summary>The demo users of mode Open.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class OpenSignInTests(ConsoleFixture console)
{
    [Fact]
    public async Task The_demo_user_is_changed_in_the_user_menu()
    {
        await using var page = await console.OpenAsync("/health-report");
        await Expect(User(page.Page)).ToContainTextAsync("Otto Operator");
        foreach (var (name, role) in new[] { ("Ada Administrator", "administrator"), ("Vera Viewer", "viewer") })
        {
            await User(page.Page).ClickAsync();
            await page.AssertAccessibleInBothAsync("user menu");
            await page.Page.Locator("details.user").GetByRole(AriaRole.Button, new() { NameRegex = new Regex(name) }).ClickAsync();
            await Expect(User(page.Page)).ToContainTextAsync(name);
            await Expect(User(page.Page)).ToContainTextAsync(role);
            Assert.EndsWith("/health-report", page.Page.Url, StringComparison.Ordinal);
            await page.InteractiveAsync();
        }
    }

    [Fact]
    public async Task Its_pages_of_sign_in_are_accessible()
    {
        await using var page = await console.OpenPlainAsync("/sign-in");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Vera Viewer") })).ToBeVisibleAsync();
        await page.AssertAccessibleInBothAsync("/sign-in of mode Open");
        await page.Page.GotoAsync("/setup");
        await page.AssertAccessibleInBothAsync("/setup of mode Open");
        await page.GoAsync("/account");
        await page.AssertAccessibleInBothAsync("/account of mode Open");
    }

    private static ILocator User(IPage page) => page.Locator("details.user summary");
}
