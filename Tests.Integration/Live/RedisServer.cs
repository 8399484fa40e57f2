using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Qmtl.ControlBus.Redis;
using StackExchange.Redis;

namespace Qmtl.Tests.Integration.Live;

/// <summary>A Redis of the tests' own, from Debian's package, on a free loopback port; started when the first test asks for it, ended by its process id. It writes every command to disk at once, so that a crash loses nothing.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private const string Binary = "/usr/bin/redis-server";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "qmtl-redis-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly int _port = Ports.Free();
    private Process? _process;
    private RedisLink? _link;

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Starts it unless it runs, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        if (_process is { HasExited: false }) return;
        Assert.True(File.Exists(Binary), "Redis is not installed: ./test.sh integration installs Debian's package redis-server.");
        Directory.CreateDirectory(_folder);
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo(
            Binary,
            ["--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--logfile", "redis.log", "--save", "", "--appendonly", "yes", "--appendfsync", "always"])
        { UseShellExecute = false })!;
        await Waiting.ForAsync(Answers, () => $"Redis answers at {Address}");
        _link?.Dispose();
        _link = await RedisLink.OpenAsync(new() { Connection = Address }, default);
    }

    /// <summary>SIGKILL, as a crash.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    internal Task<RedisResult> AskAsync(string command, params object[] arguments) => _link!.AskAsync(command, arguments, default);

    public async Task DisposeAsync()
    {
        _link?.Dispose();
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private bool Answers()
    {
        if (_process!.HasExited) Assert.Fail($"Redis ended with {_process.ExitCode}: {File.ReadAllText(Path.Combine(_folder, "redis.log"))}");
        try
        {
            using var client = new TcpClient("127.0.0.1", _port);
            using var stream = client.GetStream();
            stream.Write("PING\r\n"u8);
            var answer = new byte[7];
            return stream.ReadAtLeast(answer, answer.Length, throwOnEndOfStream: false) == 7 && answer.AsSpan().StartsWith("+PONG"u8);
        }
        catch (SocketException)
        {
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>One Redis for all test classes that name it.</summary>
[CollectionDefinition(Name)]
public sealed class RedisCollection : ICollectionFixture<RedisServer>
{
    public const string Name = "Redis";
}
