using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Qmtl.Operations.Storage.Postgres;

/// <summary>
/// The database of the console's own store: connections of the role that the console runs as, and at the start the tables and the question
/// whether that role could change what was recorded.
/// </summary>
internal sealed class PostgresDatabase : IStorageOpening, IAsyncDisposable
{
    /// <summary>Of the advisory lock under which tables are made: two consoles may start at once.</summary>
    private const long MigrationLock = 0x716d746c_00000001;

    private readonly OperationsStorageOptions _options;
    private readonly ILogger<PostgresDatabase> _log;
    private readonly Lazy<NpgsqlDataSource> _source;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private bool _isOpen;

    public PostgresDatabase(IOptions<OperationsStorageOptions> options, ILogger<PostgresDatabase> log)
    {
        _options = options.Value;
        _log = log;
        _source = new(() => NpgsqlDataSource.Create(Build(_options.PostgresConnection!)));
    }

    /// <summary>Host, port and database, without credentials.</summary>
    public string Place
    {
        get
        {
            var builder = new NpgsqlConnectionStringBuilder(_options.PostgresConnection);
            return string.Create(CultureInfo.InvariantCulture, $"{builder.Host}:{builder.Port}/{builder.Database}");
        }
    }

    public NpgsqlDataSource Source => _source.Value;

    /// <summary>Makes the tables when a role for it is set, and checks what the console's role may do.</summary>
    /// <exception cref="StorageRefusedException">The database cannot be used as it is set up.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (_isOpen) return;
        await _opening.WaitAsync(cancellation);
        try
        {
            if (_isOpen) return;
            if (_options.PostgresMigrationConnection is { Length: > 0 } migration) await MigrateAsync(migration, cancellation);
            await using var connection = await ConnectAsync("Postgres:Connection", Source, cancellation);
            await RequireTablesAsync(connection, cancellation);
            var problems = await PostgresRoleCheck.ProblemsAsync(connection, cancellation);
            if (problems.Count > 0) throw new StorageRefusedException(problems);
            _isOpen = true;
        }
        catch (NpgsqlException problem)
        {
            throw new StorageRefusedException($"PostgreSQL at {Place}: {problem.Message}");
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_source.IsValueCreated) await _source.Value.DisposeAsync();
        _opening.Dispose();
    }

    private static string Build(string connection) => new NpgsqlConnectionStringBuilder(connection)
    {
        ApplicationName = "qmtl-console",
        // Nothing in the console may depend on names being looked up elsewhere.
        SearchPath = "pg_catalog",
        MaxAutoPrepare = 40,
        AutoPrepareMinUsages = 2,
    }.ConnectionString;

    private async Task<NpgsqlConnection> ConnectAsync(string setting, NpgsqlDataSource source, CancellationToken cancellation)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellation);
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new StorageRefusedException($"{setting}: PostgreSQL at {Place} cannot be reached: {problem.Message}");
        }
    }

    private async Task MigrateAsync(string connectionString, CancellationToken cancellation)
    {
        var runtime = new NpgsqlConnectionStringBuilder(_options.PostgresConnection).Username ?? "";
        var migrator = new NpgsqlConnectionStringBuilder(connectionString).Username ?? "";
        if (runtime == migrator)
        {
            throw new StorageRefusedException($"Postgres:Connection and Postgres:MigrationConnection both use the role \"{migrator}\": the role that makes the tables owns them and could change the audit. Use two roles, docs/design/audit.md shows how.");
        }

        await using var source = NpgsqlDataSource.Create(Build(connectionString));
        await using var connection = await ConnectAsync("Postgres:MigrationConnection", source, cancellation);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await ExecuteAsync(connection, $"select pg_advisory_xact_lock({MigrationLock})", cancellation);
            var version = await VersionAsync(connection, cancellation);
            if (version < 0)
            {
                await ExecuteAsync(connection, $"create schema {PostgresMigrations.Schema}; create table {PostgresMigrations.Schema}.migrations (version int primary key, applied_at timestamptz not null default clock_timestamp())", cancellation);
                await ExecuteAsync(connection, $"grant usage on schema {PostgresMigrations.Schema} to {Quoted(runtime)}; grant select on {PostgresMigrations.Schema}.migrations to {Quoted(runtime)}", cancellation);
                version = 0;
            }

            for (var step = version; step < PostgresMigrations.Steps.Count; step++)
            {
                await ExecuteAsync(connection, PostgresMigrations.Steps[step].Replace(":runtime", Quoted(runtime), StringComparison.Ordinal), cancellation);
                await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"insert into {PostgresMigrations.Schema}.migrations (version) values ({step + 1})"), cancellation);
                _log.LogInformation("Applied step {Step} of the console's tables at {Place}", step + 1, Place);
            }

            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException problem)
        {
            throw new StorageRefusedException($"Postgres:MigrationConnection: the tables cannot be made at {Place}: {problem.MessageText} The role needs to create a schema in that database, and the role of Postgres:Connection must exist.");
        }
    }

    private async Task RequireTablesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        int version;
        try
        {
            version = await VersionAsync(connection, cancellation);
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StorageRefusedException($"Postgres:Connection: the role may not use the schema {PostgresMigrations.Schema} at {Place}. Start once with Postgres:MigrationConnection set to the role that owns it: that grants what is needed.");
        }

        if (version < PostgresMigrations.Steps.Count)
        {
            throw new StorageRefusedException(version < 0
                ? $"Postgres:Connection: the schema {PostgresMigrations.Schema} is not there at {Place}. Start once with Postgres:MigrationConnection set to a role that may make it."
                : $"Postgres:Connection: the schema {PostgresMigrations.Schema} at {Place} is of version {version}, this console needs {PostgresMigrations.Steps.Count}. Start once with Postgres:MigrationConnection set to the role that owns it.");
        }

        if (version > PostgresMigrations.Steps.Count)
        {
            throw new StorageRefusedException($"Postgres:Connection: the schema {PostgresMigrations.Schema} at {Place} is of version {version}, made by a newer console than this one, which knows {PostgresMigrations.Steps.Count}. Use the newer one.");
        }
    }

    /// <summary>Version of the tables; -1 when there are none.</summary>
    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var there = new NpgsqlCommand("select to_regclass('qmtl_console.migrations') is not null", connection);
        if (await there.ExecuteScalarAsync(cancellation) is not true) return -1;
        await using var version = new NpgsqlCommand("select coalesce(max(version), 0) from qmtl_console.migrations", connection);
        return (int)(await version.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Quoted(string role) => $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
