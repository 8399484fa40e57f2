using System.Net;
using Microsoft.AspNetCore.Http;
using Qmtl.Console.Security.Edge;
using Qmtl.Console.Security.Proxy;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Tests.Unit.Console.Security.Edge;

public sealed class EdgeRulesTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    /// <summary>Mode Open: this machine alone, three names, nothing forwarded.</summary>
    [Theory]
    [InlineData("127.0.0.1", "localhost", null, null)]
    [InlineData("127.0.0.1", "LOCALHOST:5080", null, null)]
    [InlineData("::1", "[::1]:5080", null, null)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1:9", null, null)]
    [InlineData("127.0.0.1", "127.0.0.2", null, "HOST_REFUSED")]
    [InlineData("127.0.0.1", "[::ffff:127.0.0.1]", null, "HOST_REFUSED")]
    [InlineData("127.0.0.1", "localhost.", null, "HOST_REFUSED")]
    [InlineData("127.0.0.1", "localhost.attacker.example", null, "HOST_REFUSED")]
    [InlineData("127.0.0.1", "127.0.0.1.nip.io", null, "HOST_REFUSED")]
    [InlineData("127.0.0.1", "", null, "HOST_REFUSED")]
    [InlineData("10.0.0.5", "localhost", null, "PEER_REFUSED")]
    [InlineData("127.0.0.1", "localhost", "Forwarded: for=1.2.3.4", "FORWARDED_REFUSED")]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-For: 1.2.3.4", "FORWARDED_REFUSED")]
    [InlineData("127.0.0.1", "localhost", "x-forwarded-proto: https", "FORWARDED_REFUSED")]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-User: ada", "FORWARDED_REFUSED")]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-Anything: x", "FORWARDED_REFUSED")]
    public void Open(string peer, string host, string? header, string? refused) =>
        Assert.Equal(refused, Judge(new() { Mode = SignInMode.Open }, peer, host, header)?.Refusal?.Code);

    [Fact]
    public void Open_refuses_forwarded_headers_even_of_a_named_proxy() =>
        Assert.Equal("FORWARDED_REFUSED", Judge(new() { Mode = SignInMode.Open, TrustedProxies = Proxies("127.0.0.1") }, "127.0.0.1", "localhost", "X-Forwarded-For: 1.2.3.4").Refusal?.Code);

    /// <summary>Without a proxy: TLS off this machine, loopback names and the public one, forged headers refused.</summary>
    [Theory]
    [InlineData(SignInMode.Local, "127.0.0.1", false, "localhost:5080", null, null)]
    [InlineData(SignInMode.Local, "127.0.0.1", false, "127.1.2.3", null, null)]
    [InlineData(SignInMode.Local, "203.0.113.9", true, "console.example", null, null)]
    [InlineData(SignInMode.Local, "203.0.113.9", true, "console.example:443", null, null)]
    [InlineData(SignInMode.Local, "203.0.113.9", true, "CONSOLE.example", null, null)]
    [InlineData(SignInMode.OAuth, "203.0.113.9", true, "console.example", null, null)]
    [InlineData(SignInMode.Local, "203.0.113.9", true, "console.example:8443", null, "HOST_REFUSED")]
    [InlineData(SignInMode.Local, "203.0.113.9", true, "attacker.example", null, "HOST_REFUSED")]
    [InlineData(SignInMode.Local, "203.0.113.9", false, "console.example", null, "TLS_NEEDED")]
    [InlineData(SignInMode.Local, "::ffff:203.0.113.9", false, "console.example", null, "TLS_NEEDED")]
    [InlineData(SignInMode.Local, "203.0.113.9", false, "localhost", null, "TLS_NEEDED")]
    [InlineData(SignInMode.Local, "127.0.0.1", false, "console.example", null, "HOST_REFUSED")]
    [InlineData(SignInMode.Local, "203.0.113.9", true, "console.example", "X-Forwarded-For: 127.0.0.1", "FORWARDED_NOT_TRUSTED")]
    [InlineData(SignInMode.OAuth, "203.0.113.9", true, "console.example", "Forwarded: for=127.0.0.1;proto=https", "FORWARDED_NOT_TRUSTED")]
    [InlineData(SignInMode.Local, "127.0.0.1", false, "localhost", "X-Forwarded-Proto: https", "FORWARDED_NOT_TRUSTED")]
    public void Direct(SignInMode mode, string peer, bool tls, string host, string? header, string? refused)
    {
        var verdict = Judge(Served(mode), peer, host, header, tls);
        Assert.Equal(refused, verdict.Refusal?.Code);
        if (refused is null)
        {
            Assert.Equal(tls ? "https" : "http", verdict.Scheme);
            Assert.Equal(LoopbackNames.Plain(IPAddress.Parse(peer)), verdict.Client);
            Assert.False(verdict.ByProxy);
        }
    }

    /// <summary>Behind a proxy that is trusted: its scheme, host and client are taken, whatever the mode.</summary>
    [Theory]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-For: 198.51.100.4", "198.51.100.4", null)]
    [InlineData(SignInMode.OAuth, "::ffff:10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-For: 198.51.100.4", "198.51.100.4", null)]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-For: 6.6.6.6, 198.51.100.4", "198.51.100.4", null)]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-For: 198.51.100.4, 10.0.0.8", "198.51.100.4", null)]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-For: [2001:db8::1]:4711", "2001:db8::1", null)]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-For: ::ffff:198.51.100.4", "198.51.100.4", null)]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: http, https", "10.0.0.7", null)]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-For: nobody", null, "CLIENT_UNREADABLE")]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: http", null, "TLS_NEEDED")]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https, http", null, "TLS_NEEDED")]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-For: 198.51.100.4", null, "SCHEME_UNKNOWN")]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: gopher", null, "SCHEME_UNKNOWN")]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-Host: attacker.example", null, "HOST_REFUSED")]
    [InlineData(SignInMode.Local, "10.0.0.7", "X-Forwarded-Proto: https|X-Forwarded-Host: localhost", null, "HOST_REFUSED")]
    [InlineData(SignInMode.Local, "10.0.0.7", "", null, "TLS_NEEDED")]
    [InlineData(SignInMode.Local, "10.0.1.7", "X-Forwarded-Proto: https", null, "FORWARDED_NOT_TRUSTED")]
    public void Proxied(SignInMode mode, string peer, string headers, string? client, string? refused)
    {
        var verdict = Judge(Served(mode) with { TrustedProxies = Proxies("10.0.0.0/24") }, peer, "console.example", headers);
        Assert.Equal(refused, verdict.Refusal?.Code);
        if (refused is not null) return;
        Assert.Equal(("https", "console.example", true), (verdict.Scheme, verdict.Host.Value, verdict.ByProxy));
        Assert.Equal(IPAddress.Parse(client!), verdict.Client);
    }

    [Fact]
    public void A_proxy_that_names_us_by_address_serves_the_public_origin() =>
        Assert.Equal("console.example", Judge(Served(SignInMode.Local) with { TrustedProxies = Proxies("127.0.0.1") }, "127.0.0.1", "127.0.0.1:5080", "X-Forwarded-Proto: https").Host.Value);

    /// <summary>Mode Proxy: who the peer is comes before any header.</summary>
    [Theory]
    [InlineData("10.0.0.7", "", null)]
    [InlineData("::ffff:10.0.0.7", "X-Forwarded-User: ada", null)]
    [InlineData("203.0.113.9", "X-Forwarded-User: ada", "PEER_REFUSED")]
    [InlineData("203.0.113.9", "X-Forwarded-User: ada|X-Proxy-Secret: " + Secret, "PEER_REFUSED")]
    [InlineData("127.0.0.1", "", "PEER_REFUSED")]
    [InlineData("10.0.0.7", "X-Forwarded-User: ada|X-Forwarded-User: root", "DUPLICATE_HEADER")]
    [InlineData("10.0.0.7", "x-forwarded-user: ada|X-FORWARDED-USER: ada", "DUPLICATE_HEADER")]
    [InlineData("10.0.0.7", "X-Forwarded-Groups: a|X-Forwarded-Groups: b", "DUPLICATE_HEADER")]
    [InlineData("10.0.0.7", "X-Name: a|X-Name: b", "DUPLICATE_HEADER")]
    public void Proxy_peers(string peer, string headers, string? refused) => Assert.Equal(refused, JudgeProxy("10.0.0.0/24", null, peer, headers));

    [Theory]
    [InlineData("127.0.0.1", "X-Proxy-Secret: " + Secret, null)]
    [InlineData("::ffff:127.0.0.1", "X-Proxy-Secret: " + Secret, null)]
    [InlineData("127.0.0.1", "", "PROXY_NOT_PROVEN")]
    [InlineData("127.0.0.1", "X-Proxy-Secret: ", "PROXY_NOT_PROVEN")]
    [InlineData("127.0.0.1", "X-Proxy-Secret: 0123456789abcdef0123456789abcdeF", "PROXY_NOT_PROVEN")]
    [InlineData("127.0.0.1", "X-Proxy-Secret: " + Secret + "|X-Proxy-Secret: " + Secret, "DUPLICATE_HEADER")]
    public void A_loopback_proxy_proves_itself(string peer, string headers, string? refused) => Assert.Equal(refused, JudgeProxy("127.0.0.0/8", Secret, peer, headers));

    [Fact]
    public void A_loopback_peer_is_refused_where_no_secret_is_set() => Assert.Equal("PROXY_NOT_PROVEN", JudgeProxy("127.0.0.1", null, "127.0.0.1", "X-Proxy-Secret: "));

    [Fact]
    public void A_Unix_socket_needs_no_secret() => Assert.Null(JudgeProxy(null, null, null, "X-Forwarded-User: ada"));

    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7", true)]
    [InlineData("10.0.0.7", "::ffff:10.0.0.7", true)]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7", true)]
    [InlineData("::ffff:10.0.0.0/120", "10.0.0.200", true)]
    [InlineData("10.0.0.99/24", "10.0.0.7", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::5", true)]
    [InlineData("10.0.0.7", "10.0.0.8", false)]
    [InlineData("10.0.0.0/24", "::1", false)]
    public void Networks(string trusted, string address, bool contained) => Assert.Equal(contained, Proxies(trusted).Contain(IPAddress.Parse(address)));

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("10")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("::ffff:10.0.0.0/24")]
    [InlineData("")]
    public void What_is_no_network(string text) => Assert.Null(TrustedProxies.Parse(text));

    private static string? JudgeProxy(string? trusted, string? secret, string? peer, string headers)
    {
        var options = Served(SignInMode.Proxy) with
        {
            TrustedProxies = trusted is null ? TrustedProxies.None : Proxies(trusted),
            Proxy = new ProxyOptions { Secret = secret, NameHeader = "X-Name" },
        };
        return Judge(options, peer, "console.example", headers + "|X-Forwarded-Proto: https").Refusal?.Code;
    }

    private static EdgeOptions Served(SignInMode mode) => new() { Mode = mode, PublicOrigin = PublicOrigin.Parse("https://console.example") };

    private static TrustedProxies Proxies(string network) => new([TrustedProxies.Parse(network)!.Value]);

    private static EdgeVerdict Judge(EdgeOptions options, string? peer, string host, string? headers, bool tls = false)
    {
        var all = new HeaderDictionary();
        foreach (var line in (headers ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(": ", 2);
            all.Append(parts[0], parts[1]);
        }

        return EdgeRules.Judge(options, new(peer is null ? null : IPAddress.Parse(peer), peer is null, tls, new HostString(host), all));
    }
}
