using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Qmtl.Operations.Storage.Postgres;

/// <summary>Documents in PostgreSQL, shared by all consoles that use the same database.</summary>
internal sealed class PostgresDocumentStore(PostgresDatabase database) : IDocumentStore
{
    private const string Columns = "kind, id, version, body, labels, sort";

    public bool IsShared => true;

    public async Task<StoredDocument?> FindAsync(string kind, string id, CancellationToken cancellation)
    {
        var found = await ReadAsync($"select {Columns} from qmtl_console.documents where kind = $1 and id = $2", [Text(kind), Text(id)], cancellation);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellation)
    {
        DocumentRules.Check(query);
        var sql = new StringBuilder($"select {Columns} from qmtl_console.documents where kind = $1");
        var parameters = new List<NpgsqlParameter> { Text(query.Kind) };
        if (query.Labels.Count > 0)
        {
            parameters.Add(new() { Value = query.Labels.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            sql.Append(CultureInfo.InvariantCulture, $" and labels @> ${parameters.Count}");
        }

        if (query.After is { } after)
        {
            parameters.Add(Text(after.Order));
            parameters.Add(Text(after.Id));
            sql.Append(CultureInfo.InvariantCulture, $" and (sort, id) < (${parameters.Count - 1}, ${parameters.Count})");
        }

        sql.Append(CultureInfo.InvariantCulture, $" order by sort desc, id desc limit {query.Limit}");
        return await ReadAsync(sql.ToString(), parameters, cancellation);
    }

    public async Task<long> CountAsync(string kind, string? label, CancellationToken cancellation)
    {
        await database.OpenAsync(cancellation);
        await using var command = database.Source.CreateCommand(label is null
            ? "select count(*) from qmtl_console.documents where kind = $1"
            : "select count(*) from qmtl_console.documents where kind = $1 and labels @> array[$2]");
        command.Parameters.Add(Text(kind));
        if (label is not null) command.Parameters.Add(Text(label));
        return await DoAsync(async () => (long)(await command.ExecuteScalarAsync(cancellation))!);
    }

    public async Task<bool> CommitAsync(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation)
    {
        DocumentRules.Check(writes);
        await database.OpenAsync(cancellation);
        if (writes.Count == 0) return true;
        // Always in the same order, so that two commits never wait for each other.
        var ordered = writes.OrderBy(write => write.Kind, StringComparer.Ordinal).ThenBy(write => write.Id, StringComparer.Ordinal).ToArray();
        return await DoAsync(async () =>
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(new("set local synchronous_commit = on"));
            foreach (var command in ordered.SelectMany(Commands)) batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync(cancellation);
            if (batch.BatchCommands.Skip<NpgsqlBatchCommand>(1).Any(command => command.RecordsAffected != 1)) return false;
            await transaction.CommitAsync(cancellation);
            return true;
        });
    }

    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellation)
    {
        await database.OpenAsync(cancellation);
        await using var command = database.Source.CreateCommand("select clock_timestamp()");
        return await DoAsync(async () => new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellation))!, TimeSpan.Zero));
    }

    /// <summary>Each affects one row, or the document is not of the expected version.</summary>
    private static IEnumerable<NpgsqlBatchCommand> Commands(DocumentWrite write)
    {
        if (write.Body is null && write.ExpectedVersion == 0)
        {
            // That there is none is made sure of by making it and taking it away, in this transaction.
            yield return Command(write with { Body = "", Labels = [] });
            yield return Command(write with { ExpectedVersion = 1 });
        }
        else
        {
            yield return Command(write);
        }
    }

    private static NpgsqlBatchCommand Command(DocumentWrite write)
    {
        NpgsqlBatchCommand command;
        if (write.Body is null)
        {
            command = new("delete from qmtl_console.documents where kind = $1 and id = $2 and version = $3");
        }
        else if (write.ExpectedVersion == 0)
        {
            command = new("insert into qmtl_console.documents (kind, id, version, body, labels, sort) values ($1, $2, 1, $3, $4, $5) on conflict do nothing");
        }
        else
        {
            command = new("update qmtl_console.documents set version = version + 1, body = $4, labels = $5, sort = $6 where kind = $1 and id = $2 and version = $3");
        }

        command.Parameters.Add(Text(write.Kind));
        command.Parameters.Add(Text(write.Id));
        if (write.ExpectedVersion > 0) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = write.ExpectedVersion });
        if (write.Body is null) return command;
        command.Parameters.Add(Text(write.Body));
        command.Parameters.Add(new() { Value = write.Labels.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(Text(write.Order));
        return command;
    }

    private static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static async Task<T> DoAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (NpgsqlException problem)
        {
            throw new StorageUnavailableException($"The console's database: {problem.Message}", problem);
        }
    }

    private async Task<IReadOnlyList<StoredDocument>> ReadAsync(string sql, IEnumerable<NpgsqlParameter> parameters, CancellationToken cancellation)
    {
        await database.OpenAsync(cancellation);
        return await DoAsync(async () =>
        {
            await using var command = database.Source.CreateCommand(sql);
            foreach (var parameter in parameters) command.Parameters.Add(parameter);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var documents = new List<StoredDocument>();
            while (await reader.ReadAsync(cancellation))
            {
                documents.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3), reader.GetFieldValue<string[]>(4), reader.GetString(5)));
            }

            return documents;
        });
    }
}
