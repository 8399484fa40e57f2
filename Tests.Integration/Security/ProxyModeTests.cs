using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.Security.Sessions;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Security;

/// <summary>Mode Proxy over the real server; this test is the proxy.</summary>
public sealed class ProxyModeTests : IAsyncLifetime
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private const string ByProxy = "Host: console.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\nX-Proxy-Secret: " + Secret + "\r\n";

    private ConsoleHost _host = null!;

    public async Task InitializeAsync() => _host = await ConsoleHost.StartAsync(
        ("SignIn:Mode", "Proxy"), ("Http:PublicOrigin", "https://console.example"), ("Http:TrustedProxies:0", "127.0.0.1"), ("SignIn:Proxy:Secret", Secret),
        ("SignIn:Proxy:NameHeader", "X-Name"), ("SignIn:Proxy:Roles:viewer:0", "staff"), ("SignIn:Proxy:Roles:administrator:0", "admins"), ("SignIn:Proxy:Scopes:0", "crypto-team = world:crypto"));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_proxy_says_who_somebody_is()
    {
        var session = await GetAsync("X-Forwarded-User: ada@example.com\r\nX-Name: Ada\r\nX-Forwarded-Groups: staff, admins\r\n");
        Assert.Contains("\"user_id\":\"proxy:ada@example.com\"", session, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"Ada\"", session, StringComparison.Ordinal);
        Assert.Contains("\"role\":\"administrator\"", session, StringComparison.Ordinal);
        Assert.Equal("203.0.113.9", Session("ada@example.com").Address);
    }

    [Fact]
    public async Task A_proxy_may_send_connection_upgrade_with_every_request() =>
        Assert.StartsWith("HTTP/1.1 200 ", await EdgeTests.SendAsync(_host.Address, $"GET /api/v1/session HTTP/1.1\r\n{ByProxy}X-Forwarded-User: ada\r\nX-Forwarded-Groups: staff\r\nConnection: upgrade, close\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Each_request_takes_over_what_the_proxy_says_now()
    {
        await GetAsync("X-Forwarded-User: ada\r\nX-Forwarded-Groups: admins\r\n");
        Assert.Contains("\"role\":\"viewer\"", await GetAsync("X-Forwarded-User: ada\r\nX-Forwarded-Groups: staff\r\n"), StringComparison.Ordinal);
        var none = await GetAsync("X-Forwarded-User: ada\r\n");
        Assert.Contains("\"permissions\":{}", none, StringComparison.Ordinal);
        Assert.Contains("world:crypto", await GetAsync("X-Forwarded-User: ada\r\nX-Forwarded-Groups: staff, crypto-team\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_has_its_powers_for_sixty_seconds_and_a_request_renews_them()
    {
        await GetAsync("X-Forwarded-User: ada\r\nX-Forwarded-Groups: staff\r\n");
        var sessions = _host.Services.GetRequiredService<ISessions>();
        var first = Session("ada");
        Assert.InRange((first.LeaseUntil!.Value - DateTimeOffset.UtcNow).TotalSeconds, 30, 60);
        await sessions.RenewLeaseAsync(first.Id, first.LeaseUntil.Value, "viewer", [], default);
        await GetAsync("X-Forwarded-User: ada\r\nX-Forwarded-Groups: staff\r\n");
        Assert.Equal(first.Id, Session("ada").Id);
    }

    [Theory]
    [InlineData("Host: console.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-User: ada\r\n", 403)]
    [InlineData("Host: console.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-User: ada\r\nX-Proxy-Secret: wrong\r\n", 403)]
    [InlineData(ByProxy + "X-Forwarded-User: ada\r\nX-Forwarded-User: root\r\n", 400)]
    [InlineData("Host: attacker.example\r\nX-Forwarded-Proto: https\r\nX-Proxy-Secret: " + Secret + "\r\nX-Forwarded-User: ada\r\n", 400)]
    [InlineData(ByProxy, 401)]
    public async Task What_is_not_the_proxy_or_names_nobody_is_refused(string headers, int status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await EdgeTests.SendAsync(_host.Address, $"GET /api/v1/session HTTP/1.1\r\n{headers}"), StringComparison.Ordinal);

    [Fact]
    public async Task A_write_needs_our_origin_here_too()
    {
        const string Who = ByProxy + "X-Forwarded-User: ada\r\nX-Forwarded-Groups: admins\r\nContent-Length: 0\r\n";
        Assert.StartsWith("HTTP/1.1 403 ", await EdgeTests.SendAsync(_host.Address, $"POST /api/v1/dag-check HTTP/1.1\r\n{Who}"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await EdgeTests.SendAsync(_host.Address, $"POST /api/v1/dag-check HTTP/1.1\r\n{Who}Origin: https://attacker.example\r\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("FOREIGN_ORIGIN", await EdgeTests.SendAsync(_host.Address, $"POST /api/v1/dag-check HTTP/1.1\r\n{Who}Origin: https://console.example\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Browsers_of_one_user_are_sessions_of_their_own()
    {
        const string Page = ByProxy + "X-Forwarded-User: ada\r\nX-Forwarded-Groups: staff\r\nAccept: text/html\r\n";
        var one = await EdgeTests.SendAsync(_host.Address, $"GET /health-report HTTP/1.1\r\n{Page}");
        Assert.Contains("set-cookie: __Host-qmtl-browser=", one, StringComparison.OrdinalIgnoreCase);
        await EdgeTests.SendAsync(_host.Address, $"GET /health-report HTTP/1.1\r\n{Page}");
        Assert.Equal(2, _host.Services.GetRequiredService<ISessions>().OfUser("proxy:ada").Count);
    }

    [Theory]
    [InlineData("https://sso.example/out?from=console", "https://sso.example")]
    [InlineData("/oauth2/sign_out", null)]
    public async Task Signing_out_ends_the_session_here_and_goes_on_to_the_proxys_own(string url, string? target)
    {
        await using var host = await ConsoleHost.StartAsync(
            ("SignIn:Mode", "Proxy"), ("Http:PublicOrigin", "https://console.example"), ("Http:TrustedProxies:0", "127.0.0.1"), ("SignIn:Proxy:Secret", Secret),
            ("SignIn:Proxy:Roles:viewer:0", "staff"), ("SignIn:Proxy:SignOutUrl", url));
        const string Who = ByProxy + "X-Forwarded-User: ada\r\nX-Forwarded-Groups: staff\r\nAccept: text/html\r\n";
        var page = await EdgeTests.SendAsync(host.Address, $"GET /account HTTP/1.1\r\n{Who}");
        // Browsers ask form-action about redirects of a form as well.
        Assert.Contains($"form-action 'self'{(target is null ? "" : " " + target)};", page, StringComparison.Ordinal);
        var cookies = string.Join("; ", Regex.Matches(page, "^set-cookie: ([^;]+)", RegexOptions.IgnoreCase | RegexOptions.Multiline).Select(match => match.Groups[1].Value));
        var body = "__RequestVerificationToken=" + Uri.EscapeDataString(Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value);
        var sessions = host.Services.GetRequiredService<ISessions>();
        var mine = Assert.Single(sessions.OfUser("proxy:ada")).Id;
        var ended = new List<string>();
        sessions.Ended += end => ended.Add(end.SessionId);

        var answer = await EdgeTests.SendAsync(
            host.Address, $"POST /sign-out HTTP/1.1\r\n{Who}Origin: https://console.example\r\nCookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\nConnection: close\r\n", body);
        Assert.StartsWith("HTTP/1.1 302 ", answer, StringComparison.Ordinal);
        Assert.Contains($"Location: {url}\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(mine, Assert.Single(ended));
    }

    private Session Session(string user) => Assert.Single(_host.Services.GetRequiredService<ISessions>().OfUser("proxy:" + user));

    private async Task<string> GetAsync(string headers)
    {
        var answer = await EdgeTests.SendAsync(_host.Address, $"GET /api/v1/session HTTP/1.1\r\n{ByProxy}{headers}");
        Assert.StartsWith($"HTTP/1.1 {(int)HttpStatusCode.OK} ", answer, StringComparison.Ordinal);
        return answer;
    }
}
