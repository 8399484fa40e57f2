using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.Security.OAuth;
using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.Storage;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Security;

/// <summary>Mode OAuth against a real provider.</summary>
public sealed class OAuthModeTests : IAsyncLifetime
{
    private IdentityProvider _provider = null!;
    private ConsoleHost _host = null!;

    public async Task InitializeAsync()
    {
        _provider = await IdentityProvider.StartAsync();
        _host = await ConsoleHost.StartAsync(
            ("SignIn:Mode", "OAuth"),
            ("SignIn:OAuth:AuthorizationEndpoint", new Uri(_provider.Address, "authorize").ToString()),
            ("SignIn:OAuth:TokenEndpoint", new Uri(_provider.Address, "token").ToString()),
            ("SignIn:OAuth:UserInfoEndpoint", new Uri(_provider.Address, "userinfo").ToString()),
            ("SignIn:OAuth:ClientId", "console"),
            ("SignIn:OAuth:ClientSecret", "secret of the console"),
            ("SignIn:OAuth:Roles:operator:0", "operators"),
            ("SignIn:OAuth:Roles:administrator:0", "admins"));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Identity_and_role_come_from_UserInfo_and_no_token_is_in_a_cookie()
    {
        var (client, cookies) = await SignInAsync("/strategies");
        var session = await SessionAsync(client);
        Assert.Equal("oauth:ada", session.GetProperty("user_id").GetString());
        Assert.Equal("operator", session.GetProperty("role").GetString());

        var stored = await _host.Services.GetRequiredService<IDocumentStore>().ListAsync(new DocumentQuery(OAuthTokenStore.Kind), default);
        var tokens = _host.Services.GetRequiredService<OAuthTokenStore>();
        var opened = tokens.Open(Assert.Single(await tokens.ListAsync(default)))!;
        Assert.DoesNotContain(opened.AccessToken, Assert.Single(stored).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(cookies, cookie => cookie.Contains(opened.AccessToken, StringComparison.Ordinal));
        var own = Assert.Single(cookies, cookie => cookie.StartsWith(SessionCookie.Name + "=", StringComparison.Ordinal));
        Assert.Contains("path=/;", own, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("secure", own, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", own, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", own, StringComparison.OrdinalIgnoreCase);
        Assert.All(cookies.Where(cookie => cookie.Contains("Correlation", StringComparison.Ordinal)), cookie => Assert.Contains("path=/sign-in/oauth/callback", cookie, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_disabled_user_is_out_when_the_provider_is_asked_again()
    {
        var (client, _) = await SignInAsync("/");
        _provider.IsDisabled = true;
        await ReadAgainAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/session")).StatusCode);
    }

    [Fact]
    public async Task A_role_that_was_taken_away_is_gone_when_the_provider_is_asked_again()
    {
        var (client, _) = await SignInAsync("/");
        _provider.Groups = ["nobody in particular"];
        await ReadAgainAsync();
        Assert.Empty((await SessionAsync(client)).GetProperty("permissions").EnumerateObject());
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/strategies")).StatusCode);
        _provider.Groups = ["admins"];
        await ReadAgainAsync();
        Assert.Equal("administrator", (await SessionAsync(client)).GetProperty("role").GetString());
    }

    [Fact]
    public async Task An_access_token_that_expired_is_renewed_each_time_with_the_newest_refresh_token()
    {
        var (client, _) = await SignInAsync("/");
        for (var round = 1; round <= 3; round++)
        {
            _provider.ExpireAccessTokens();
            await ReadAgainAsync();
            Assert.Equal(round, _provider.Renewals);
            Assert.Equal("operator", (await SessionAsync(client)).GetProperty("role").GetString());
        }
    }

    [Fact]
    public async Task While_the_provider_is_down_the_lease_is_not_renewed()
    {
        await SignInAsync("/");
        var before = Lease();
        _provider.IsDown = true;
        await ReadAgainAsync();
        Assert.Equal(before, Lease());
        Assert.InRange((before!.Value - DateTimeOffset.UtcNow).TotalSeconds, 1, 60);
        _provider.IsDown = false;
        await ReadAgainAsync();
        Assert.True(Lease() > before);
    }

    [Fact]
    public async Task Somebody_else_than_who_signed_in_ends_the_session()
    {
        var (client, _) = await SignInAsync("/");
        _provider.User = "mallory";
        await ReadAgainAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/session")).StatusCode);
    }

    [Fact]
    public async Task A_way_back_without_the_correlation_cookie_is_refused()
    {
        using var client = _host.NewClient();
        using var start = await client.GetAsync("/sign-in/oauth?returnUrl=/");
        using var there = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var back = await there.GetAsync(start.Headers.Location);
        using var answer = await client.GetAsync(back.Headers.Location);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(cookie => cookie.StartsWith(SessionCookie.Name, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("https://attacker.example/")]
    [InlineData("//attacker.example/")]
    public async Task The_way_back_leads_to_this_console_alone(string returnUrl)
    {
        var (_, _, landed) = await WalkAsync(returnUrl);
        Assert.Equal("/", landed);
    }

    private async Task<(HttpClient Client, List<string> Cookies)> SignInAsync(string returnUrl)
    {
        var (client, cookies, landed) = await WalkAsync(returnUrl);
        Assert.Equal(returnUrl, landed);
        return (client, cookies);
    }

    /// <summary>Goes to the provider and back as a browser does.</summary>
    private async Task<(HttpClient Client, List<string> Cookies, string? Landed)> WalkAsync(string returnUrl)
    {
        var cookies = new List<string>();
        using var client = _host.NewClient();
        using var start = await client.GetAsync("/sign-in/oauth?returnUrl=" + Uri.EscapeDataString(returnUrl));
        cookies.AddRange(start.Headers.GetValues("Set-Cookie"));
        Assert.Contains("code_challenge=", start.Headers.Location!.Query, StringComparison.Ordinal);
        using var there = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var back = await there.GetAsync(start.Headers.Location);
        using var request = new HttpRequestMessage(HttpMethod.Get, back.Headers.Location);
        request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => cookie.Split(';')[0])));
        using var answer = await client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        cookies.AddRange(answer.Headers.GetValues("Set-Cookie"));
        var token = cookies.Select(cookie => cookie.Split(';')[0].Split('=', 2)).Single(pair => pair[0] == SessionCookie.Name)[1];
        return (_host.NewClient(token), cookies, answer.Headers.Location?.ToString());
    }

    /// <summary>Makes every reading due and lets the keeper read.</summary>
    private async Task ReadAgainAsync()
    {
        var tokens = _host.Services.GetRequiredService<OAuthTokenStore>();
        foreach (var kept in await tokens.ListAsync(default)) Assert.NotNull(await tokens.ClaimAsync(kept, DateTimeOffset.UtcNow.AddSeconds(-1), default));
        await _host.Services.GetRequiredService<OAuthKeeper>().ReadDueAsync(default);
    }

    private DateTimeOffset? Lease() => _host.Services.GetRequiredService<ISessions>().OfUser("oauth:ada").Single().LeaseUntil;

    private static async Task<JsonElement> SessionAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/session");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }
}
