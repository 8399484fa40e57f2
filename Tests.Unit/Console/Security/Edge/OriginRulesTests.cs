using Microsoft.Extensions.Primitives;
using Qmtl.Console.Security.Edge;

namespace Qmtl.Tests.Unit.Console.Security.Edge;

public sealed class OriginRulesTests
{
    private const string Own = "https://console.example";

    [Theory]
    [InlineData("GET", "/strategies", false, null, true)]
    [InlineData("HEAD", "/", false, null, true)]
    [InlineData("GET", "/api/v1/strategies", false, "https://elsewhere.example", true)]
    [InlineData("POST", "/api/v1/plans", false, Own, true)]
    [InlineData("POST", "/api/v1/plans", false, null, false)]
    [InlineData("POST", "/api/v1/plans", false, "null", false)]
    [InlineData("POST", "/api/v1/plans", false, "", false)]
    [InlineData("POST", "/api/v1/plans", false, "http://console.example", false)]
    [InlineData("POST", "/api/v1/plans", false, "https://console.example:8443", false)]
    [InlineData("POST", "/api/v1/plans", false, "https://console.example.attacker.example", false)]
    [InlineData("PUT", "/anything", false, null, false)]
    [InlineData("DELETE", "/api/v1/keys/1", false, null, false)]
    [InlineData("PATCH", "/", false, "https://elsewhere.example", false)]
    [InlineData("POST", "/sign-in", false, null, false)]
    [InlineData("POST", "/_blazor/negotiate", false, null, false)]
    [InlineData("POST", "/_blazor/negotiate", false, "https://elsewhere.example", false)]
    [InlineData("POST", "/_blazor/negotiate", false, Own, true)]
    [InlineData("GET", "/_blazor", true, Own, true)]
    [InlineData("GET", "/_blazor", true, null, false)]
    [InlineData("GET", "/_blazor", true, "https://elsewhere.example", false)]
    [InlineData("GET", "/_blazor", false, null, true)]
    [InlineData("GET", "/_blazor", false, "https://elsewhere.example", false)]
    [InlineData("GET", "/hubs/controlbus", true, "https://elsewhere.example", false)]
    [InlineData("POST", "/hubs/controlbus/negotiate", false, "https://elsewhere.example", false)]
    [InlineData("GET", "/HUBS/controlbus", false, "https://elsewhere.example", false)]
    [InlineData("CONNECT", "/_blazor", true, "https://elsewhere.example", false)]
    public void Writes_and_sockets_come_from_our_own_pages(string method, string path, bool upgrade, string? origin, bool taken) =>
        Assert.Equal(taken, OriginRules.Judge(method, path, upgrade, default, origin is null ? default : new StringValues(origin), [Own]) is null);

    [Fact]
    public void An_origin_that_came_twice_is_refused() =>
        Assert.NotNull(OriginRules.Judge("POST", "/", false, default, new StringValues([Own, Own]), [Own]));

    [Theory]
    [InlineData("Bearer qmtl_x", true)]
    [InlineData("bearer qmtl_x", true)]
    [InlineData("Basic abc", false)]
    [InlineData("", false)]
    public void A_program_with_a_key_sends_none(string authorization, bool taken) =>
        Assert.Equal(taken, OriginRules.Judge("POST", "/api/v1/plans", false, authorization, default, [Own]) is null);

    [Theory]
    [InlineData("/", true)]
    [InlineData("/strategies?q=state:failed#a", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("strategies", false)]
    [InlineData("//attacker.example", false)]
    [InlineData("/\\attacker.example", false)]
    [InlineData("\\\\attacker.example", false)]
    [InlineData("/a\\b", false)]
    [InlineData("/\t/attacker.example", false)]
    [InlineData("/\n/attacker.example", false)]
    [InlineData("https://attacker.example", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData(" /x", false)]
    public void Redirects_stay_here(string? url, bool local)
    {
        Assert.Equal(local, LocalUrl.IsLocal(url));
        Assert.Equal(local ? url : "/", LocalUrl.OrHome(url));
    }

    [Theory]
    [InlineData("https://console.example", "https://console.example")]
    [InlineData("HTTPS://Console.Example:443/", "https://console.example")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("http://[::1]:5080", "http://[::1]:5080")]
    [InlineData("https://console.example:8443", "https://console.example:8443")]
    [InlineData("https://console.example/path", null)]
    [InlineData("https://me@console.example", null)]
    [InlineData("console.example", null)]
    public void The_public_origin_is_written_as_browsers_write_it(string text, string? origin) => Assert.Equal(origin, PublicOrigin.Parse(text)?.Text);
}
