using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Qmtl.Console;
using Qmtl.Console.Configuration;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Shell;

public sealed partial class ShellTests
{
    [Fact]
    public async Task Pages_carry_the_security_headers_and_the_import_map_matches_its_hash()
    {
        await using var host = await ConsoleHost.StartAsync();
        foreach (var path in new[] { "/", "/health-report", "/no-such-page", "/healthz" })
        {
            using var answer = await host.Client.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.DoesNotMatch("script-src[^;]*unsafe", policy);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            var html = await answer.Content.ReadAsStringAsync();
            if (ImportMap().Match(html) is { Success: true } map)
            {
                Assert.Contains("'sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(map.Groups[1].Value))) + "'", policy, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal("/healthz", path);
            }

            Assert.DoesNotMatch(InlineHandler(), html);
        }
    }

    [Fact]
    public async Task An_unknown_page_is_404_and_keeps_the_frame()
    {
        await using var host = await ConsoleHost.StartAsync();
        using var answer = await host.Client.GetAsync("/no-such-page");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("There is no page at", html, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Main\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:9", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    [InlineData("console.example", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1.console.example", HttpStatusCode.BadRequest)]
    [InlineData("10.0.0.1", HttpStatusCode.BadRequest)]
    public async Task Only_requests_that_name_this_machine_are_answered(string name, HttpStatusCode expected)
    {
        await using var host = await ConsoleHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Host = name;
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Ready_lists_what_is_observed()
    {
        await using var host = await ConsoleHost.StartAsync();
        using var ready = JsonDocument.Parse(await host.Client.GetStringAsync("/readyz"));
        Assert.Equal("ready", ready.RootElement.GetProperty("status").GetString());
        Assert.Contains(ready.RootElement.GetProperty("dependencies").EnumerateArray(), dependency => dependency.GetProperty("name").GetString() == "Gateway");
    }

    [Fact]
    public async Task A_connected_console_is_ready_and_shows_reasons_in_place_of_data()
    {
        await using var host = await ConsoleHost.StartAsync(("Gateway:Url", "http://127.0.0.1:9"));
        using var client = await host.SignedInAsync("viewer");
        using var ready = await host.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var html = await client.GetStringAsync("/");
        Assert.Contains("Gateway: not in this version", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        Assert.DoesNotContain("momentum", html, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing needs attention", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("What needs attention is not known", html, StringComparison.Ordinal);
        foreach (var page in new[] { "/strategies", "/dry-run", "/health-report" })
        {
            using var answer = await client.GetAsync(page);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.DoesNotContain("This page failed", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Styles_and_scripts_are_compressed_and_kept_for_ever()
    {
        await using var host = await ConsoleHost.StartAsync();
        var html = await host.Client.GetStringAsync("/");
        var assets = Asset().Matches(html).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains(assets, asset => asset.Contains("blazor.web", StringComparison.Ordinal));
        Assert.Contains(assets, asset => asset.Contains("tokens", StringComparison.Ordinal));
        foreach (var asset in assets)
        {
            using var answer = await host.Client.GetAsync("/" + asset);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public void Wrong_settings_and_foreign_addresses_are_told_together()
    {
        var refused = Assert.Throws<SettingsRefusedException>(() => ConsoleApplication.Build(["--urls=http://0.0.0.0:0"], builder =>
            builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Environment:Colour", "purple")])));
        // No public origin, no TLS, and the colour.
        Assert.Equal(3, refused.Errors.Count);
    }

    [Fact]
    public async Task The_program_ends_with_4_on_wrong_settings() => Assert.Equal(4, await ConsoleApplication.ServeAsync(["--urls=http://127.0.0.1:0", "--Sandbox:Sed=1"]));

    [GeneratedRegex("<script type=\"importmap\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex ImportMap();

    [GeneratedRegex("<[^>]+\\son[a-z]+=", RegexOptions.IgnoreCase)]
    private static partial Regex InlineHandler();

    [GeneratedRegex("(?:src|href)=\"([^\"/:#?]+/?[^\":#?]*\\.(?:js|css|svg))\"")]
    private static partial Regex Asset();
}
