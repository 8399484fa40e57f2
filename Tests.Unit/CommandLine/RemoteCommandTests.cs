using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Qmtl.Console.CommandLine;
using Qmtl.Console.Components.Rail;

namespace Qmtl.Tests.Unit.CommandLine;

/// <summary>Commands on a running console, as far as they come without one.</summary>
public sealed class RemoteCommandTests
{
    [Theory]
    [InlineData("http://console.example", "would send the key unencrypted")]
    [InlineData("http://10.0.0.7:5080", "would send the key unencrypted")]
    [InlineData("http://127.0.0.1.example", "would send the key unencrypted")]
    [InlineData("ftp://127.0.0.1", "is not the address of a console")]
    [InlineData("https://user:secret@console.example", "is not the address of a console")]
    [InlineData("console", "is not the address of a console")]
    public async Task The_key_goes_to_https_and_loopback_only(string url, string words)
    {
        var (code, output, error) = await RunAsync("qmtl_k", "plans", "list", "--url", url);
        Assert.Equal((CommandLineProgram.WrongUse, ""), (code, output));
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "There is no API key")]
    [InlineData("  ", "There is no API key")]
    [InlineData("qmtl_a b", "holds no API key")]
    public async Task Without_a_key_it_says_where_keys_are_made(string? key, string words)
    {
        var (code, _, error) = await RunAsync(key, "plans", "list", "--url", "http://127.0.0.1:1");
        Assert.Equal(CommandLineProgram.WrongUse, code);
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Contains("QMTL_CONSOLE_KEY", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    public async Task Where_no_console_listens_it_says_so(string host)
    {
        using var held = new TcpListener(IPAddress.Loopback, 0);
        held.Start();
        var port = ((IPEndPoint)held.LocalEndpoint).Port;
        held.Stop();
        var (code, output, error) = await RunAsync("qmtl_k", "plans", "list", "--url", $"http://{host}:{port}");
        Assert.Equal((CommandLineProgram.NotAnswered, ""), (code, output));
        Assert.Contains(host, error, StringComparison.Ordinal);
        Assert.DoesNotContain("qmtl_k", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_speaks_no_tls_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serve = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        var (code, _, error) = await RunAsync("qmtl_k", "plans", "list", "--url", $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        await serve;
        Assert.Equal(CommandLineProgram.NotAnswered, code);
        Assert.Contains("TLS certificate is not trusted here", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plans", "create", "k", "t")]
    [InlineData("plans", "create", "k", "t", "--reason", "r", "--set", "novalue")]
    [InlineData("plans", "create", "k", "t", "--reason", "r", "--set", "a=1", "--set", "a=2")]
    [InlineData("plans", "undo", "p-1")]
    [InlineData("plans", "list", "--list", "all")]
    [InlineData("plans", "approve", "p-1")]
    [InlineData("dry-run", "/no/such/file.json")]
    public async Task Wrong_use_ends_with_2(params string[] args)
    {
        var (code, output, error) = await RunAsync("qmtl_k", args);
        Assert.Equal((CommandLineProgram.WrongUse, ""), (code, output));
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("5", JsonValueKind.Number)]
    [InlineData("true", JsonValueKind.True)]
    [InlineData("[1]", JsonValueKind.Array)]
    [InlineData("\"5\"", JsonValueKind.String)]
    [InlineData("007", JsonValueKind.String)]
    [InlineData("crypto", JsonValueKind.String)]
    [InlineData("null", JsonValueKind.String)]
    [InlineData("{broken", JsonValueKind.String)]
    [InlineData("", JsonValueKind.String)]
    public void Values_that_are_json_go_as_json(string text, JsonValueKind kind) =>
        Assert.Equal(kind, RailParameters.Of([KeyValuePair.Create("p", text)]).GetProperty("p").ValueKind);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string? key, params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLineProgram.RunAsync(args, new CommandStreams(Stream.Null, output, error) { Variable = _ => key });
        return (code, output.ToString(), error.ToString());
    }
}
