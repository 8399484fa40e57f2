using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Qmtl.Tests.Integration.Support;

/// <summary>
/// A PostgreSQL of the tests' own, from Debian's package: made in a folder of its own, on a free loopback port, run as an unprivileged user (the
/// server refuses root), ended by its process id. Use as <c>IClassFixture</c> or through <see cref="PostgresCollection"/>.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string User = "postgres";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "qmtl-postgres-" + Guid.NewGuid().ToString("N")[..12]);
    private int _databases;

    public int Port { get; private set; }

    /// <summary>Of the server's administrator; only to prepare databases and roles, never for the console.</summary>
    public string AdministratorConnection(string database = "postgres") => Connection(database, User);

    public string Connection(string database, string user) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username={user};Password={user};Timeout=15;Command Timeout=60";

    /// <summary>A new empty database with a role that migrates and one that the console runs as, both with their name as password.</summary>
    public async Task<PostgresDatabaseOfTest> CreateDatabaseAsync()
    {
        var name = $"console_{Interlocked.Increment(ref _databases)}";
        var migrator = name + "_migrator";
        var runtime = name + "_runtime";
        await ExecuteAsync(AdministratorConnection(), $"create role {migrator} login password '{migrator}'; create role {runtime} login password '{runtime}'");
        await ExecuteAsync(AdministratorConnection(), $"create database {name} owner {migrator}");
        return new(this, name, Connection(name, migrator), Connection(name, runtime));
    }

    public static async Task ExecuteAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task InitializeAsync()
    {
        var bin = Binaries() ?? throw new InvalidOperationException("PostgreSQL is not installed: ./test.sh integration installs Debian's package postgresql.");
        Directory.CreateDirectory(_folder);
        var data = Path.Combine(_folder, "data");
        var password = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(password, User);
        if (IsRoot) Run("chown", "-R", User, _folder);
        RunUnprivileged(Path.Combine(bin, "initdb"), "-D", data, "-U", User, "-A", "scram-sha-256", $"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync");
        Port = FreePort();
        RunUnprivileged(
            Path.Combine(bin, "pg_ctl"), "-D", data, "-l", Path.Combine(_folder, "log"), "-w", "-t", "60", "-o",
            $"-c listen_addresses=127.0.0.1 -c port={Port} -c unix_socket_directories= -c max_connections=200 -c max_wal_size=2GB", "start");
    }

    public Task DisposeAsync()
    {
        var data = Path.Combine(_folder, "data");
        if (File.Exists(Path.Combine(data, "postmaster.pid")))
        {
            // pg_ctl ends the process that postmaster.pid names, and no other.
            RunUnprivileged(Path.Combine(Binaries()!, "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop");
        }

        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string? Binaries()
    {
        const string root = "/usr/lib/postgresql";
        return Directory.Exists(root)
            ? Directory.GetDirectories(root)
                .Where(folder => File.Exists(Path.Combine(folder, "bin", "initdb")))
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
                .FirstOrDefault()
            : null;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void RunUnprivileged(string program, params string[] arguments)
    {
        if (IsRoot)
        {
            Run("setpriv", ["--reuid", User, "--regid", User, "--clear-groups", program, .. arguments]);
        }
        else
        {
            Run(program, arguments);
        }
    }

    private void Run(string program, params string[] arguments)
    {
        // Output goes nowhere: the server would inherit pipes and keep them open.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = _folder, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" >>\"$0\" 2>&1 </dev/null");
        start.ArgumentList.Add(Path.Combine(_folder, "commands.log"));
        start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {string.Join(Environment.NewLine, Directory.GetFiles(_folder, "*log").Select(File.ReadAllText))}");
        }
    }
}

/// <summary>A database of one test, with its two roles.</summary>
/// <param name="MigrationConnection">Role that makes and owns the tables: setting <c>Postgres:MigrationConnection</c>.</param>
/// <param name="Connection">Role that the console runs as: setting <c>Postgres:Connection</c>.</param>
public sealed record PostgresDatabaseOfTest(PostgresServer Server, string Name, string MigrationConnection, string Connection)
{
    /// <summary>The server's administrator in this database, to do what an attacker with its rights would.</summary>
    public string AdministratorConnection => Server.AdministratorConnection(Name);

    public Task AttackAsync(string sql) => PostgresServer.ExecuteAsync(AdministratorConnection, sql);
}

/// <summary>One server for all test classes that name it.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
