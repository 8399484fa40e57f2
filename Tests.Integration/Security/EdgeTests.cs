using System.Net;
using System.Net.Sockets;
using System.Text;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Security;

/// <summary>Forged headers, foreign Origin and Host against the real server.</summary>
public sealed class EdgeTests
{
    [Theory]
    [InlineData("Host: attacker.example", HttpStatusCode.BadRequest)]
    [InlineData("Host: localhost\r\nForwarded: for=127.0.0.1", HttpStatusCode.BadRequest)]
    [InlineData("Host: localhost\r\nX-Forwarded-For: 127.0.0.1", HttpStatusCode.BadRequest)]
    [InlineData("Host: localhost\r\nX-Forwarded-Host: localhost", HttpStatusCode.BadRequest)]
    [InlineData("Host: localhost", HttpStatusCode.OK)]
    public async Task Mode_Open_takes_three_names_and_nothing_forwarded(string headers, HttpStatusCode expected)
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Open"));
        var answer = await SendAsync(host.Address, $"GET /healthz HTTP/1.1\r\n{headers}\r\n");
        Assert.StartsWith($"HTTP/1.1 {(int)expected} ", answer, StringComparison.Ordinal);
        Assert.Contains("X-Content-Type-Options: nosniff", answer, StringComparison.Ordinal);
    }

    /// <summary>Every write, whatever it is for: an end point, a page's form, the circuit, a path that does not exist.</summary>
    [Theory]
    [InlineData("POST /api/v1/dag-check")]
    [InlineData("POST /strategies")]
    [InlineData("POST /_blazor/negotiate")]
    [InlineData("POST /_blazor/disconnect")]
    [InlineData("POST /hubs/controlbus/negotiate")]
    [InlineData("DELETE /no/such/thing")]
    public async Task A_write_without_our_origin_is_refused(string request)
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Open"));
        foreach (var origin in new[] { "", "Origin: https://attacker.example\r\n", "Origin: null\r\n", $"Origin: http://127.0.0.1:{host.Address.Port + 1}\r\n" })
        {
            var answer = await SendAsync(host.Address, $"{request} HTTP/1.1\r\nHost: {host.Address.Authority}\r\n{origin}Content-Length: 0\r\n");
            Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
            Assert.Contains("This did not come from a page of the console", answer, StringComparison.Ordinal);
        }

        var own = await SendAsync(host.Address, $"{request} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nOrigin: http://{host.Address.Authority}\r\nContent-Length: 0\r\n");
        Assert.DoesNotContain("This did not come from a page of the console", own, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 403)]
    [InlineData("Origin: https://attacker.example\r\n", 403)]
    [InlineData("Origin: http://OWN\r\n", 0)]
    public async Task A_socket_is_upgraded_for_our_own_pages_alone(string origin, int refused)
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Open"));
        var answer = await SendAsync(host.Address, $"GET /_blazor?id=x HTTP/1.1\r\nHost: {host.Address.Authority}\r\n{origin.Replace("OWN", host.Address.Authority, StringComparison.Ordinal)}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        Assert.Equal(refused == 403, answer.StartsWith("HTTP/1.1 403 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_the_public_origin_counts()
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Local"), ("Http:PublicOrigin", "https://console.example"), ("Http:TrustedProxies:0", "127.0.0.1"));
        const string Proxied = "Host: console.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n";
        var page = await SendAsync(host.Address, $"GET /healthz HTTP/1.1\r\n{Proxied}");
        Assert.StartsWith("HTTP/1.1 200 ", page, StringComparison.Ordinal);
        Assert.Contains("Strict-Transport-Security: max-age=31536000", page, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await SendAsync(host.Address, "GET /healthz HTTP/1.1\r\nHost: console.example\r\nX-Forwarded-Proto: http\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await SendAsync(host.Address, "GET /healthz HTTP/1.1\r\nHost: attacker.example\r\nX-Forwarded-Proto: https\r\n"), StringComparison.Ordinal);

        var foreign = await SendAsync(host.Address, $"POST /api/v1/dag-check HTTP/1.1\r\n{Proxied}Origin: http://{host.Address.Authority}\r\nContent-Length: 0\r\n");
        Assert.StartsWith("HTTP/1.1 403 ", foreign, StringComparison.Ordinal);
        var own = await SendAsync(host.Address, $"POST /api/v1/dag-check HTTP/1.1\r\n{Proxied}Origin: https://console.example\r\nContent-Length: 0\r\n");
        Assert.DoesNotContain("FOREIGN_ORIGIN", own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_this_machine_there_is_no_transport_security_to_keep()
    {
        await using var host = await ConsoleHost.StartAsync(("SignIn:Mode", "Open"));
        using var answer = await host.Client.GetAsync("/healthz");
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    /// <summary>Sends exactly these lines, so that nothing is added or mended, and gives back the whole answer.</summary>
    internal static async Task<string> SendAsync(Uri address, string head, string body = "")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Contains("Connection:", StringComparison.Ordinal) ? head + "\r\n" + body : head + "Connection: close\r\n\r\n" + body));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var read = await stream.ReadAsync(buffer, patience.Token);
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            // After an upgrade, and where one was asked for, the connection stays open.
            if (read == 0 || (head.Contains("Upgrade:", StringComparison.Ordinal) && answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))) return answer.ToString();
        }
    }
}
