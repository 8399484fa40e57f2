using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Qmtl.Tests.E2E.Support;

/// <summary>
/// The console as a user would start it: the published program where there is one, else the build output, on a free loopback port with a
/// storage folder of its own. Stopped by its process id.
/// </summary>
public sealed partial class ConsoleServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _storage;
    private readonly ConsoleOutput _output;

    private ConsoleServer(Process process, string storage, ConsoleOutput output, Uri url)
    {
        _process = process;
        _storage = storage;
        _output = output;
        Url = url;
    }

    /// <summary>Root address, for instance <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Url { get; }

    /// <summary>Everything it wrote, for the message of a failing test.</summary>
    public string Output => _output.Text;

    /// <summary>Waits for a line that the console writes, if it has not yet.</summary>
    public Task<Match> LineAsync(Regex line) => _output.LineAsync(line);

    public static Task<ConsoleServer> StartAsync(params string[] arguments)
    {
        var storage = Directory.CreateTempSubdirectory("qmtl-console-e2e-").FullName;
        return StartProgramAsync(ProgramFile("Console", "Qmtl.Console", Environment.GetEnvironmentVariable("QMTL_CONSOLE_PUBLISHED")), storage,
            [$"--Storage:Path={storage}", .. arguments.Any(argument => argument.StartsWith("--SignIn:Mode=", StringComparison.Ordinal)) ? [] : new[] { "--SignIn:Mode=Open" }, .. arguments]);
    }

    /// <summary>Starts the page that exercises what the console needs of the Blazor script.</summary>
    public static Task<ConsoleServer> StartCompatibilityPageAsync() =>
        StartProgramAsync(ProgramFile("Tests.E2E.Compatibility", "Qmtl.Tests.E2E.Compatibility", published: null),
            Directory.CreateTempSubdirectory("qmtl-console-e2e-").FullName, []);

    private static async Task<ConsoleServer> StartProgramAsync(string program, string storage, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(program);
        start.ArgumentList.Add("--urls=http://127.0.0.1:0");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var output = new ConsoleOutput();
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        process.Exited += (_, _) => output.End();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var url = await output.LineAsync(ListeningLine());
            return new ConsoleServer(process, storage, output, new Uri(url.Value));
        }
        catch (Exception problem)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            // What it wrote last may still be on its way.
            await process.WaitForExitAsync();
            throw new InvalidOperationException($"The console did not start:{Environment.NewLine}{output.Text}", problem);
        }
    }

    /// <summary>Runs a command of the same program against this console, as a user would in a terminal. Answers its exit code and all that it wrote.</summary>
    public async Task<(int Code, string Output)> CommandAsync(string key, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["QMTL_CONSOLE_KEY"] = key;
        start.ArgumentList.Add(ProgramFile("Console", "Qmtl.Console", Environment.GetEnvironmentVariable("QMTL_CONSOLE_PUBLISHED")));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add("--url");
        start.ArgumentList.Add(Url.GetLeftPart(UriPartial.Authority));
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Join(Environment.NewLine, texts));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_storage, recursive: true);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex ListeningLine();

    private static string ProgramFile(string folder, string name, string? published)
    {
        if (published is { Length: > 0 })
        {
            return Path.Combine(published, $"{name}.dll");
        }

        // …/Tests.E2E/bin/<configuration>/<framework>/ beside …/<folder>/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, folder, "bin", output.Parent.Name, output.Name, $"{name}.dll");
    }
}
