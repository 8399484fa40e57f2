using System.Net;
using System.Text.Json;
using Qmtl.Console.CommandLine;

namespace Qmtl.Tests.Integration.Rail;

/// <summary>The command line against a running console.</summary>
public sealed class PlansCommandTests(RailHost rail) : IClassFixture<RailHost>
{
    [Fact]
    public async Task A_change_is_planned_executed_and_taken_back_from_the_command_line()
    {
        var (code, output, error) = await RunAsync("plans", "create", rail.Kind, "sandbox", "--reason", "night shift");
        Assert.True(code == 0, error);
        Assert.Contains("next      a person confirms it on the page", output);
        Assert.Contains($"link      {rail.Host.Address}plans/p-", output);
        var id = output[..output.IndexOf(' ', StringComparison.Ordinal)];

        (code, _, error) = await RunAsync("plans", "execute", id);
        Assert.Equal(CommandLineProgram.WaitsForPerson, code);
        Assert.Contains("Not executed: a person confirms it on the page", error);

        var plan = await RailHost.GetAsync(rail.Alice, $"plans/{id}");
        await RailHost.OkAsync(rail.Alice, $"plans/{id}/confirm", new { digest = RailHost.Text(plan, "digest"), reason = "r" });
        (code, _, error) = await RunAsync("plans", "execute", id);
        Assert.Equal(CommandLineProgram.WaitsForPerson, code);
        Assert.Contains("a second person approves it on the page", error);
        await RailHost.OkAsync(rail.Bob, $"plans/{id}/approve", new { digest = RailHost.Text(plan, "digest") });

        var before = rail.Activity;
        (code, output, error) = await RunAsync("plans", "execute", id);
        Assert.True(code == 0, error);
        Assert.Contains("ended     1 done", output);
        Assert.Equal(!before.IsPaused, rail.Activity.IsPaused);
        // Sent twice it executes once.
        Assert.Equal(0, (await RunAsync("plans", "execute", id)).Code);
        Assert.Equal(before.Turns + 1, rail.Activity.Turns);

        (code, output, _) = await RunAsync("plans", "undo", id, "--reason", "back", "--json");
        Assert.Equal(0, code);
        Assert.Equal(id, RailHost.Text(JsonDocument.Parse(output).RootElement, "undoes"));
        (_, output, _) = await RunAsync("plans", "show", id, "--json");
        Assert.Equal("sandbox", RailHost.Text(JsonDocument.Parse(output).RootElement.GetProperty("items")[0], "id"));
        (_, output, _) = await RunAsync("plans", "list", "--state", "executed");
        Assert.Contains(id, output);
    }

    [Fact]
    public async Task The_same_command_with_once_makes_one_plan()
    {
        string[] command = ["plans", "create", rail.Kind, "sandbox", "--reason", "r", "--once", "cron-7", "--json"];
        var first = JsonDocument.Parse((await RunAsync(command)).Output).RootElement;
        var again = JsonDocument.Parse((await RunAsync(command)).Output).RootElement;
        Assert.Equal(RailHost.Id(first), RailHost.Id(again));
    }

    [Fact]
    public async Task A_refusal_ends_with_1_and_says_what_to_do()
    {
        var (code, output, error) = await RunAsync("plans", "create", "sandbox.explode", "sandbox", "--reason", "r", "--json");
        Assert.Equal(CommandLineProgram.ErrorsFound, code);
        Assert.Equal("KIND_UNKNOWN", RailHost.Text(JsonDocument.Parse(output).RootElement, "code"));
        Assert.Contains("This console has no operation sandbox.explode.", error);
        (code, output, error) = await RunAsync("plans", "show", "p-nobody");
        Assert.Equal((CommandLineProgram.ErrorsFound, ""), (code, output));
        Assert.Contains("No plan has the id p-nobody.", error);
    }

    [Fact]
    public async Task A_key_that_is_refused_ends_with_5()
    {
        var (code, output, error) = await RunAsync(["plans", "list"], "qmtl_" + new string('x', 43));
        Assert.Equal((CommandLineProgram.NotAnswered, ""), (code, output));
        Assert.Contains("it refused the key", error);
        Assert.Contains("/account", error);
    }

    [Fact]
    public async Task A_dry_run_answers_from_the_console()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Fixtures", "dags", "head-1-linear.json");
        var (code, output, error) = await RunAsync("dry-run", file);
        Assert.True(code == 0, error);
        Assert.Contains("sentinel ", output);
        Assert.Contains("0 errors, 0 warnings; " + rail.Host.Address + "dry-run/", output);
        (code, output, _) = await RunAsync("dry-run", file, "--world", "crypto", "--json");
        Assert.Equal(0, code);
        Assert.Equal("crypto", JsonDocument.Parse(output).RootElement.GetProperty("worlds")[0].GetString());
    }

    [Fact]
    public async Task The_key_does_not_follow_a_redirect()
    {
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var serve = Task.Run(async () =>
        {
            var context = await listener.GetContextAsync();
            context.Response.StatusCode = 302;
            context.Response.RedirectLocation = rail.Host.Address.ToString();
            context.Response.Close();
        });
        var (code, _, error) = await RunAsync(["plans", "list", "--url", $"http://127.0.0.1:{port}"], rail.Key, withUrl: false);
        await serve;
        Assert.Equal(CommandLineProgram.NotAnswered, code);
        Assert.Contains("Redirects are not followed", error);
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] args) => RunAsync(args, rail.Key);

    private async Task<(int Code, string Output, string Error)> RunAsync(string[] args, string key, bool withUrl = true)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var streams = new CommandStreams(Stream.Null, output, error) { Variable = name => name == "QMTL_CONSOLE_KEY" ? key : null };
        var code = await CommandLineProgram.RunAsync(withUrl ? [.. args, "--url", rail.Host.Address.ToString()] : args, streams);
        return (code, output.ToString(), error.ToString());
    }
}
