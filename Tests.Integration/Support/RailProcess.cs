using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Qmtl.Tests.Integration.Support;

/// <summary>A process of the rail: <c>Tests.RailHost</c>, on a PostgreSQL that it shares with others.</summary>
internal sealed partial class RailProcess : IAsyncDisposable
{
    private readonly Process _process;

    private RailProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <param name="each">Milliseconds that an item takes.</param>
    /// <param name="lease">Seconds; null: as a console has it.</param>
    public static async Task<RailProcess> StartAsync(PostgresDatabaseOfTest database, string folder, int each, bool readable = false, double? lease = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(Program());
        Add("Postgres:Connection", database.Connection);
        Add("Postgres:MigrationConnection", database.MigrationConnection);
        Add("Storage:Path", Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName);
        Add("Audit:Key", new string('a', 64));
        Add("Lines", LinesFile(folder));
        Add("Each", each.ToString(CultureInfo.InvariantCulture));
        Add("Readable", readable ? "true" : "false");
        if (lease is { } seconds) Add("Lease", seconds.ToString(CultureInfo.InvariantCulture));
        var process = new RailProcess(Process.Start(start)!);
        await process.ReadAsync();
        return process;

        void Add(string name, string value) => start.ArgumentList.Add($"--{name}={value}");
    }

    /// <summary>What the processes of a test did: process id and item, in order.</summary>
    public static IReadOnlyList<(int Process, string Item)> Lines(string folder)
    {
        if (!File.Exists(LinesFile(folder))) return [];
        using var reader = new StreamReader(new FileStream(LinesFile(folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = reader.ReadToEnd().Split('\n');
        return [.. lines[..^1].Select(line => line.Split(' ')).Select(words => (int.Parse(words[0], CultureInfo.InvariantCulture), words[1]))];
    }

    public async Task<JsonElement> AskAsync(string command)
    {
        await SendAsync(command);
        return await ReadAsync();
    }

    public async Task SendAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    public async Task<JsonElement> ReadAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return JsonDocument.Parse(line ?? throw new InvalidOperationException($"The process ended with {(_process.HasExited ? _process.ExitCode : null)}.")).RootElement;
    }

    /// <summary>Plans and confirms; approved when there are more items than one person may do.</summary>
    public async Task<string> ReadyAsync(int items)
    {
        var plan = await AskAsync($"plan alice {items}");
        var id = plan.GetProperty("plan").GetString()!;
        if (plan.GetProperty("state").GetString() == "WaitingForApproval") plan = await AskAsync($"approve carol {id} {plan.GetProperty("digest").GetString()}");
        Assert.Equal("Ready", plan.GetProperty("state").GetString());
        return id;
    }

    /// <summary>As a power cut would: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Stop() => Signal(19);

    public void Continue() => Signal(18);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Continue();
            _process.StandardInput.Close();
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private static string LinesFile(string folder) => Path.Combine(folder, "lines");

    private static string Program()
    {
        // …/Tests.Integration/bin/<configuration>/<framework>/
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var root = here.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "Tests.RailHost", "bin", here.Parent.Name, here.Name, "Qmtl.Tests.RailHost.dll");
    }

    private void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0) throw new InvalidOperationException($"Signal {signal} was not delivered.");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
