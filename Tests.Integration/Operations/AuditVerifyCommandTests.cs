using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Qmtl.Console.CommandLine;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Operations;

/// <summary><c>audit verify</c> on the files of a console: beside it while it runs, after it has ended, and when a record was changed.</summary>
public sealed class AuditVerifyCommandTests : IDisposable
{
    private const string Reason = "night shift";
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_reads_beside_a_running_console_and_names_the_first_broken_record()
    {
        long written;
        await using (var console = await ConsoleHost.StartAsync(("Storage:Path", _folder)))
        {
            await PlanAsync(console);
            var found = await VerifyAsync(CommandLineProgram.Done);
            Assert.Equal("ok_tail_unknown", found.GetProperty("verdict").GetString());
            Assert.Equal("files", found.GetProperty("store").GetString());
            Assert.Equal(Path.Combine(_folder, "audit"), found.GetProperty("place").GetString());
            Assert.Equal(await NewestAsync(console), found.GetProperty("checked").GetInt64());
            Assert.Equal(JsonValueKind.Null, found.GetProperty("first_broken").ValueKind);

            // It took no lock and wrote no record: the console goes on where it was.
            written = found.GetProperty("checked").GetInt64();
            Assert.Equal(written, await NewestAsync(console));
            await PlanAsync(console);
            Assert.True(await NewestAsync(console) > written);
        }

        written = (await VerifyAsync(CommandLineProgram.Done)).GetProperty("checked").GetInt64();
        var (code, output, _) = await RunAsync();
        Assert.Equal(CommandLineProgram.Done, code);
        Assert.StartsWith("As written; a cut tail cannot be found: files, ", output, StringComparison.Ordinal);

        var broken = Damage();
        Assert.InRange(broken, 1, written);
        await AssertBrokenAsync(broken);
        await using (var console = await ConsoleHost.StartAsync(("Storage:Path", _folder)))
        {
            await AssertBrokenAsync(broken);
            await PlanAsync(console);
        }

        (code, output, _) = await RunAsync();
        Assert.Equal(CommandLineProgram.ErrorsFound, code);
        Assert.Contains($"Record {broken} is not as it was written", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_console_has_kept_an_audit_it_makes_nothing_and_says_so()
    {
        var (code, output, error) = await RunAsync("--json");
        Assert.NotEqual(CommandLineProgram.Done, code);
        Assert.NotEqual(CommandLineProgram.ErrorsFound, code);
        Assert.Equal("", output);
        Assert.Contains("no console has kept an audit", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    private async Task AssertBrokenAsync(long number)
    {
        var found = await VerifyAsync(CommandLineProgram.ErrorsFound);
        Assert.Equal("broken", found.GetProperty("verdict").GetString());
        Assert.Equal(number, found.GetProperty("first_broken").GetInt64());
        Assert.Contains("audit-", found.GetProperty("explanation").GetString(), StringComparison.Ordinal);
    }

    /// <summary>One letter of a stored reason becomes another. Answers the record's number.</summary>
    private long Damage()
    {
        var file = Directory.EnumerateFiles(_folder, "audit-*.jsonl", SearchOption.AllDirectories).Single();
        var lines = File.ReadAllLines(file);
        var index = Array.FindIndex(lines, line => line.Contains(Reason, StringComparison.Ordinal));
        lines[index] = lines[index].Replace(Reason, "night shirt", StringComparison.Ordinal);
        File.WriteAllBytes(file, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
        return JsonDocument.Parse(lines[index]).RootElement.GetProperty("number").GetInt64();
    }

    private async Task<JsonElement> VerifyAsync(int expected)
    {
        var (code, output, error) = await RunAsync("--json");
        Assert.True(code == expected, $"{code} {output} {error}");
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLineProgram.RunAsync(["audit", "verify", $"--Storage:Path={_folder}", .. arguments], new CommandStreams(Stream.Null, output, error));
        return (code, output.ToString(), error.ToString());
    }

    private static async Task PlanAsync(ConsoleHost console)
    {
        using var answer = await console.Client.PostAsJsonAsync("/api/v1/plans", new { kind = "sandbox.pause", target = "sandbox", reason = Reason });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<long> NewestAsync(ConsoleHost console) =>
        JsonDocument.Parse(await console.Client.GetStringAsync(new Uri("/api/v1/audit?limit=1", UriKind.Relative))).RootElement.GetProperty("newest").GetInt64();
}
