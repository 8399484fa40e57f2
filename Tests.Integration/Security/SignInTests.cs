using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Qmtl.Console.CommandLine;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.ReadOnly;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Security;

/// <summary>Sign-in of mode Local on the real console, over HTTP as a browser does it.</summary>
public sealed partial class SignInTests
{
    private const string Password = "a long enough phrase";

    [Fact]
    public async Task From_an_empty_store_to_a_session_and_out_again()
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"));
        var browser = new Browser(host);
        using (var page = await browser.GetAsync("/strategies?state=failed"))
        {
            Assert.Equal("/sign-in?returnUrl=%2Fstrategies%3Fstate%3Dfailed", page.Headers.Location?.OriginalString);
        }

        // The token of the first run counts once, and a wrong one does not.
        var token = (await host.Services.GetRequiredService<FirstRun>().MakeTokenAsync(default))!;
        using (var wrong = await browser.PostAsync("/setup", ("token", new string('x', 43)), ("user", "ada"), ("name", "Ada"), ("password", Password))) Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using (var done = await browser.PostAsync("/setup", ("token", token), ("user", "ada"), ("name", "Ada"), ("password", Password))) Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        Assert.Contains(browser.SetCookies, cookie => cookie.StartsWith("__Host-qmtl-session=", StringComparison.Ordinal));
        foreach (var cookie in browser.SetCookies)
        {
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            foreach (var mark in new[] { "path=/", "secure", "httponly", "samesite=" }) Assert.Contains(mark, cookie, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains(browser.SetCookies, cookie => cookie.StartsWith("__Host-qmtl-session=", StringComparison.Ordinal) && cookie.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase));
        using (var session = await browser.GetAsync("/api/v1/session"))
        {
            var answer = await session.JsonAsync();
            Assert.Equal(("local:ada", "administrator"), (answer.GetProperty("user_id").GetString(), answer.GetProperty("role").GetString()));
            Assert.Equal(Permissions.All.Count, answer.GetProperty("permissions").EnumerateObject().Count());
        }

        using (var again = await browser.GetAsync("/setup")) Assert.DoesNotContain("name=\"token\"", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(await host.Services.GetRequiredService<FirstRun>().MakeTokenAsync(default));

        var kept = browser.Cookies["__Host-qmtl-session"];
        using (var home = await browser.GetAsync("/account")) Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        using (var gone = await browser.PostFromAsync("/account", "/sign-out")) Assert.StartsWith("/sign-in", gone.Headers.Location?.OriginalString, StringComparison.Ordinal);
        using var thief = host.NewClient(kept);
        using var refused = await thief.GetAsync("/api/v1/session");
        await refused.ProblemAsync(401, "NOT_SIGNED_IN");
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_the_return_address_stays_here()
    {
        await using var host = await WithAdaAsync();
        var browser = new Browser(host);
        using (var wrong = await browser.PostAsync("/sign-in", ("user", "ada"), ("password", "not this one at all")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.Contains("do not fit together", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var elsewhere = await browser.PostAsync("/sign-in?returnUrl=%2F%2Felsewhere.example%2F", ("user", "ada"), ("password", Password)))
        {
            Assert.Equal(HttpStatusCode.Found, elsewhere.StatusCode);
            Assert.True(elsewhere.Headers.Location is { OriginalString: "/" } || elsewhere.Headers.Location == host.Address, $"{elsewhere.Headers.Location}");
        }
    }

    [Fact]
    public async Task A_form_without_its_token_or_without_our_origin_is_refused()
    {
        await using var host = await WithAdaAsync();
        using var form = new FormUrlEncodedContent([new("user", "ada"), new("password", Password), new("_handler", "local")]);
        using (var bare = await host.Client.PostAsync("/sign-in", form))
        {
            Assert.Equal(HttpStatusCode.BadRequest, bare.StatusCode);
            Assert.False(bare.Headers.Contains("Set-Cookie"));
        }

        var browser = new Browser(host) { Origin = "https://elsewhere.example" };
        using var foreign = await browser.PostAsync("/sign-in", ("user", "ada"), ("password", Password));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.DoesNotContain("__Host-qmtl-session", browser.Cookies.Keys);
    }

    [Fact]
    public async Task After_failures_the_wait_is_told_and_the_right_password_has_to_wait_too()
    {
        await using var host = await WithAdaAsync();
        var browser = new Browser(host);
        for (var i = 0; i < 6; i++)
        {
            using var wrong = await browser.PostAsync("/sign-in", ("user", "ada"), ("password", "not this one at all"));
            if (wrong.StatusCode != HttpStatusCode.TooManyRequests) continue;
            Assert.NotNull(wrong.Headers.RetryAfter?.Delta);
            Assert.Matches(@"Try again in \d+ s\.", await wrong.Content.ReadAsStringAsync());
            return;
        }

        Assert.Fail("Six wrong passwords were heard without a wait.");
    }

    [Theory]
    [InlineData("/api/v1/session")]
    [InlineData("/api/v1/strategies")]
    [InlineData("/api/v1/no-such-thing")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/_blazor/negotiate")]
    public async Task Programs_without_a_key_hear_401(string path)
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"));
        using var answer = path.StartsWith("/_blazor", StringComparison.Ordinal) ? await host.Client.PostAsync(path, null) : await host.Client.GetAsync(path);
        await answer.ProblemAsync(401, "NOT_SIGNED_IN");
    }

    [Fact]
    public async Task A_key_counts_in_its_header_alone_and_until_it_is_revoked()
    {
        await using var host = await WithAdaAsync();
        var (key, token) = await host.Services.GetRequiredService<ApiKeyStore>().AddAsync("local:ada", "Ada", new("test", [Permissions.StrategiesRead], [], TimeSpan.FromDays(1)), default);
        using var program = new HttpClient { BaseAddress = host.Address };
        program.DefaultRequestHeaders.Add("Authorization", "Bearer " + token);
        using (var mine = await program.GetAsync("/api/v1/session")) Assert.Equal("api_key", (await mine.JsonAsync()).GetProperty("kind").GetString());
        using (var strategies = await program.GetAsync("/api/v1/strategies")) Assert.Equal(HttpStatusCode.OK, strategies.StatusCode);

        using var bare = new HttpClient { BaseAddress = host.Address };
        foreach (var query in new[] { $"?key={token}", $"?access_token={token}", $"?q={token}", $"?{token}" })
        {
            using var inQuery = await bare.GetAsync("/api/v1/session" + query);
            var problem = await inQuery.ProblemAsync(400, "KEY_IN_QUERY");
            Assert.DoesNotContain(token, problem.ToString(), StringComparison.Ordinal);
        }

        await host.Services.GetRequiredService<ApiKeyStore>().RevokeAsync(key.Id, null, [], default);
        using (var revoked = await program.GetAsync("/api/v1/session")) Assert.Contains("revoked", (await revoked.ProblemAsync(401, "NOT_SIGNED_IN")).GetProperty("detail").GetString(), StringComparison.Ordinal);

        // A key that does not count is not overlooked in favour of a cookie.
        using var both = await host.SignedInAsync("viewer");
        both.DefaultRequestHeaders.Add("Authorization", "Bearer " + token);
        using var refused = await both.GetAsync("/api/v1/session");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_demo_user_is_chosen_in_open_mode_and_nowhere_else()
    {
        await using var open = await ConsoleHost.StartAsync();
        var browser = new Browser(open);
        using (var chosen = await browser.PostFromAsync("/sign-in", "/sign-in/demo", ("user", "open:administrator"), ("returnUrl", "//elsewhere.example"))) Assert.Equal("/", chosen.Headers.Location?.OriginalString);
        using (var session = await browser.GetAsync("/api/v1/session")) Assert.Equal("open:administrator", (await session.JsonAsync()).GetProperty("user_id").GetString());
        using (var without = await open.Client.GetAsync("/api/v1/session")) Assert.Equal("open:operator", (await without.JsonAsync()).GetProperty("user_id").GetString());

        await using var local = await WithAdaAsync();
        var stranger = new Browser(local);
        using var refused = await stranger.PostFromAsync("/sign-in", "/sign-in/demo", ("user", "open:administrator"));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.DoesNotContain("__Host-qmtl-session", stranger.Cookies.Keys);
    }

    [Fact]
    public async Task The_token_of_the_first_run_goes_to_the_output_it_is_given()
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"));
        var announcer = host.Services.GetServices<IHostedService>().OfType<FirstRunAnnouncer>().Single();
        using var output = new StringWriter();
        announcer.Output = output;
        await announcer.StartedAsync(default);
        var token = Token().Match(output.ToString()).Groups[1].Value;
        Assert.Equal(43, token.Length);
        var stored = await host.Services.GetRequiredService<IDocumentStore>().ListAsync(new DocumentQuery("setup-token"), default);
        Assert.Contains(stored, document => document.Id == Qmtl.Console.Security.Secrets.Hash(token));
        Assert.DoesNotContain(stored, document => document.Body.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Users_are_added_on_the_host_while_no_console_runs()
    {
        var folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;
        try
        {
            var (code, link, _) = await RunAsync("users", "add", "ada", "--role", "administrator", $"--Storage:Path={folder}");
            Assert.Equal(0, code);
            Assert.Matches("^http://127\\.0\\.0\\.1:5080/password-link#[A-Za-z0-9_-]{43}\\s*$", link);
            Assert.Equal(2, (await RunAsync("users", "add", "ada", "--role", "administrator", $"--Storage:Path={folder}")).Code);
            Assert.Contains("no role", (await RunAsync("users", "add", "bob", "--role", "king", $"--Storage:Path={folder}")).Error, StringComparison.Ordinal);

            await using (var running = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"), ("Storage:Path", folder)))
            {
                var browser = new Browser(running);
                using (var set = await browser.PostAsync("/password-link", ("token", link.Trim().Split('#')[1]), ("password", Password), ("again", Password))) Assert.Contains("The password is set", await set.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                using (var signedIn = await browser.PostAsync("/sign-in", ("user", "ada"), ("password", Password))) Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
                var (refused, _, error) = await RunAsync("users", "add", "bob", "--role", "viewer", $"--Storage:Path={folder}");
                Assert.Equal(2, refused);
                Assert.Contains("locked by", error, StringComparison.Ordinal);
                Assert.Contains("Access page", error, StringComparison.Ordinal);

                var turned = new ReadOnlySwitch.State { On = true, By = "local:ada", ByName = "Ada", Reason = "freeze" };
                Assert.True(await running.Services.GetRequiredService<ReadOnlySwitch>().TurnAsync(turned, 0, default));
            }

            // The next command finds the switch as the console left it.
            var (afterwards, none, why) = await RunAsync("users", "add", "bob", "--role", "viewer", $"--Storage:Path={folder}");
            Assert.Equal((2, ""), (afterwards, none));
            Assert.Contains("read-only", why, StringComparison.Ordinal);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLineProgram.RunAsync(args, new CommandStreams(Stream.Null, output, error));
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<ConsoleHost> WithAdaAsync()
    {
        var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"));
        var account = new Account { UserName = "ada", Name = "Ada", Role = Roles.Administrator, PasswordHash = host.Services.GetRequiredService<IPasswordHasher>().Hash(Password), CreatedAt = DateTimeOffset.UtcNow, CreatedBy = "local:ada" };
        Assert.True(await host.Services.GetRequiredService<AccountStore>().AddAsync(account, true, [], [], default));
        return host;
    }

    [GeneratedRegex(@"^\s+([A-Za-z0-9_-]{43})\s*$", RegexOptions.Multiline)]
    private static partial Regex Token();

    /// <summary>Keeps cookies as a browser does on loopback, and sends forms with what their page holds.</summary>
    private sealed partial class Browser(ConsoleHost host)
    {
        private readonly HttpClient _client = host.NewClient();

        public string Origin { get; init; } = host.Address.GetLeftPart(UriPartial.Authority);

        public Dictionary<string, string> Cookies { get; } = [];

        public List<string> SetCookies { get; } = [];

        public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

        /// <summary>Sends the form of a page to the page itself.</summary>
        public Task<HttpResponseMessage> PostAsync(string page, params (string Name, string Value)[] fields) => PostFromAsync(page, page, fields);

        public async Task<HttpResponseMessage> PostFromAsync(string page, string to, params (string Name, string Value)[] fields)
        {
            using var shown = await GetAsync(page);
            var html = await shown.Content.ReadAsStringAsync();
            var hidden = Hidden().Matches(html).Select(match => (match.Groups[1].Value, WebUtility.HtmlDecode(match.Groups[2].Value))).Where(field => field.Item1 is "__RequestVerificationToken" or "_handler").DistinctBy(field => field.Item1);
            return await SendAsync(new(HttpMethod.Post, to) { Content = new FormUrlEncodedContent(hidden.Concat(fields).Select(field => KeyValuePair.Create(field.Item1, field.Item2))) });
        }

        private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            using (request)
            {
                if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
                request.Headers.Add("Origin", Origin);
                var answer = await _client.SendAsync(request);
                foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
                {
                    SetCookies.Add(cookie);
                    var (name, value) = (cookie.Split('=')[0], cookie.Split('=', 2)[1].Split(';')[0]);
                    if (value.Length > 0) Cookies[name] = value;
                    else Cookies.Remove(name);
                }

                return answer;
            }
        }

        [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
        private static partial Regex Hidden();
    }
}
