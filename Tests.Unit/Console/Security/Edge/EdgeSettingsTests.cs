using Microsoft.Extensions.Configuration;
using Qmtl.Console.Security.Edge;

namespace Qmtl.Tests.Unit.Console.Security.Edge;

/// <summary>What the start refuses, so that nobody serves people without TLS, a name or sign-in by mistake.</summary>
public sealed class EdgeSettingsTests
{
    private const string Origin = "Http:PublicOrigin=https://console.example";
    private const string Certificate = "Kestrel:Certificates:Default:Path=/etc/qmtl/tls.pem";
    private const string Secret = "SignIn:Proxy:Secret=0123456789abcdef0123456789abcdef";
    private const string Role = "SignIn:Proxy:Roles:administrator:0=qmtl-admins";

    [Theory]
    [InlineData("")]
    [InlineData("urls=http://127.0.0.1:5080;http://[::1]:5080;http://localhost:5081")]
    [InlineData("SignIn:Mode=Open|urls=http://localhost:5080")]
    [InlineData("urls=https://*:443|" + Origin + "|" + Certificate)]
    [InlineData("Kestrel:Endpoints:A:Url=https://*:443|Kestrel:Endpoints:A:Certificate:Path=x.pfx|" + Origin)]
    [InlineData("urls=http://*:8080|Http:TrustedProxies:0=10.0.0.7|" + Origin)]
    [InlineData("urls=http://127.0.0.1:8080|Http:TrustedProxies=127.0.0.1, ::1|" + Origin)]
    [InlineData("http_ports=8080|urls=http://127.0.0.1:1")]
    [InlineData("urls=http://unix:/run/qmtl.sock|" + Origin)]
    [InlineData("SignIn:Mode=Proxy|urls=http://*:8080|Http:TrustedProxies=10.0.0.7|" + Role + "|" + Origin)]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=127.0.0.1|" + Role + "|" + Secret + "|" + Origin)]
    [InlineData("SignIn:Mode=Proxy|urls=http://unix:/run/qmtl.sock|" + Role + "|" + Origin)]
    public void Serves(string settings) => Assert.Empty(Errors(settings));

    [Theory]
    [InlineData("SignIn:Mode=Open|urls=http://0.0.0.0:5080", "mode Open nobody signs in")]
    [InlineData("SignIn:Mode=Open|urls=http://[::]:5080", "mode Open nobody signs in")]
    [InlineData("SignIn:Mode=Open|urls=http://*:5080", "mode Open nobody signs in")]
    [InlineData("SignIn:Mode=Open|urls=http://localhost.example:5080", "mode Open nobody signs in")]
    [InlineData("SignIn:Mode=Open|Kestrel:Endpoints:A:Url=http://192.168.1.10:5080", "Kestrel:Endpoints:A:Url")]
    [InlineData("SignIn:Mode=Open|http_ports=8080", "http_ports")]
    [InlineData("SignIn:Mode=Open|" + Origin, "Http:PublicOrigin")]
    [InlineData("SignIn:Mode=Open|Http:TrustedProxies=127.0.0.1", "refuses every forwarded request")]
    [InlineData("urls=https://*:443|" + Certificate, "Http:PublicOrigin is not set")]
    [InlineData("urls=https://*:443|" + Origin, "no certificate is set")]
    [InlineData("urls=http://*:8080|" + Origin, "only TLS is served")]
    [InlineData("urls=http://192.168.1.10:8080|Http:TrustedProxies=10.0.0.7", "Http:PublicOrigin is not set")]
    [InlineData("Http:PublicOrigin=http://console.example|Http:TrustedProxies=10.0.0.7", "Use https://")]
    [InlineData(Origin, "nothing serves it")]
    [InlineData("Http:TrustedProxies=10.0.0.7", "Http:PublicOrigin is not")]
    [InlineData("Http:TrustedProxies=proxy.example|" + Origin, "use an address")]
    [InlineData("Http:TrustedProxies=0.0.0.0/0|" + Origin, "which is everybody")]
    [InlineData("urls=nonsense", "which is no address")]
    [InlineData("SignIn:Mode=Proxy|" + Role + "|" + Origin, "no peer would be believed")]
    [InlineData("SignIn:Mode=Proxy|urls=http://unix:/run/qmtl.sock|" + Role, "Http:PublicOrigin is not set")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=127.0.0.0/8|" + Role + "|" + Origin, "could pose as the proxy")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=::1|" + Role + "|" + Origin, "could pose as the proxy")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=127.0.0.1|SignIn:Proxy:Secret=short|" + Role + "|" + Origin, "fewer than 32")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|" + Origin, "Nobody would have a role")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:Roles:boss:0=x|SignIn:Proxy:DefaultRole=viewer|" + Origin, "boss is no role")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:IdentityHeader=X User|" + Role + "|" + Origin, "no name of a header")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:NameHeader=x-forwarded-user|" + Role + "|" + Origin, "more than one purpose")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:SignOutUrl=http://sso.example/out|" + Role + "|" + Origin, "SignOutUrl")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:IdentityHeader=Host|" + Role + "|" + Origin, "means something else")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:IdentityHeader=cookie|" + Role + "|" + Origin, "means something else")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:NameHeader=Authorization|" + Role + "|" + Origin, "means something else")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:GroupsHeader=ORIGIN|" + Role + "|" + Origin, "means something else")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:SecretHeader=Forwarded|" + Role + "|" + Origin, "means something else")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:IdentityHeader=X-Forwarded-For|" + Role + "|" + Origin, "means something else")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:GroupsHeader=x-forwarded-proto|" + Role + "|" + Origin, "means something else")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:SignOutUrl=//sso.example/out|" + Role + "|" + Origin, "SignOutUrl")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:SignOutUrl=javascript:alert(1)|" + Role + "|" + Origin, "SignOutUrl")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:SignOutUrl=https://user@sso.example/|" + Role + "|" + Origin, "SignOutUrl")]
    [InlineData("SignIn:Mode=Proxy|Http:TrustedProxies=10.0.0.7|SignIn:Proxy:Scopes:0=crypto|" + Role + "|" + Origin, "use a group and its scopes")]
    public void Refuses(string settings, string words) => Assert.Contains(Errors(settings), error => error.Contains(words, StringComparison.Ordinal));

    [Fact]
    public void Where_the_server_really_listens_counts()
    {
        var local = EdgeSettings.Read(Configuration("")).Options;
        Assert.Empty(EdgeSettings.ListeningErrors(local, ["http://127.0.0.1:5080"]));
        Assert.NotEmpty(EdgeSettings.ListeningErrors(local, ["http://[::]:5080"]));
        var open = EdgeSettings.Read(Configuration("SignIn:Mode=Open")).Options;
        Assert.NotEmpty(EdgeSettings.ListeningErrors(open, ["https://0.0.0.0:5080"]));
    }

    private static IReadOnlyList<string> Errors(string settings) => EdgeSettings.Read(Configuration(settings)).Errors;

    private static IConfiguration Configuration(string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create<string, string?>(pair[0], pair[1])))
        .Build();
}
