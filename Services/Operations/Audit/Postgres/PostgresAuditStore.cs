using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Storage.Postgres;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Postgres;

/// <summary>
/// The audit in PostgreSQL: one row for each record, its line as exact text. The end of the chain is read under an advisory lock that all consoles
/// take, in the transaction that continues it.
/// </summary>
internal sealed class PostgresAuditStore(PostgresDatabase database, Func<AuditKeys> keys) : IAuditStore
{
    /// <summary>Of the advisory lock under which the chain is continued.</summary>
    private const long ChainLock = 0x716d746c_00000002;

    private const string Last = "select line from qmtl_console.audit_records order by number desc limit 1";
    private const int RangeLength = 50_000;

    private ChainEnd _known = ChainEnd.Empty;

    public string Name => "PostgreSQL";

    public string Place => database.Place;

    public async Task OpenAsync(CancellationToken cancellation) => await database.OpenAsync(cancellation);

    public async Task<ChainLines> AppendAsync(Func<ChainEnd, ChainLines> compose, CancellationToken cancellation)
    {
        await database.OpenAsync(cancellation);
        return await DoAsync("written", async () =>
        {
            // Two journeys: take the lock and read the end; write and commit. Closing the connection rolls back what was not committed.
            await using var connection = await database.Source.OpenConnectionAsync(cancellation);
            await using var begin = new NpgsqlBatch(connection);
            begin.BatchCommands.Add(new("begin"));
            begin.BatchCommands.Add(new("set local synchronous_commit = on"));
            begin.BatchCommands.Add(new(string.Create(CultureInfo.InvariantCulture, $"select pg_advisory_xact_lock({ChainLock})")));
            begin.BatchCommands.Add(new(Last));
            string? last = null;
            await using (var reader = await begin.ExecuteReaderAsync(cancellation))
            {
                // The lock's own row first.
                await reader.NextResultAsync(cancellation);
                if (await reader.ReadAsync(cancellation)) last = reader.GetString(0);
            }

            var lines = compose(Continued(End(last)));
            await using var write = new NpgsqlBatch(connection);
            var insert = new NpgsqlBatchCommand("insert into qmtl_console.audit_records (number, line) select * from unnest($1, $2)");
            insert.Parameters.Add(new() { Value = Enumerable.Range(0, lines.Starts.Count).Select(index => lines.First + index).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            insert.Parameters.Add(new() { Value = Enumerable.Range(0, lines.Starts.Count).Select(lines.Text).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            write.BatchCommands.Add(insert);
            write.BatchCommands.Add(new("commit"));
            await write.ExecuteNonQueryAsync(cancellation);
            Know(lines.End);
            return lines;
        });
    }

    public async Task<ChainEnd> EndAsync(CancellationToken cancellation)
    {
        await database.OpenAsync(cancellation);
        return await DoAsync("read", async () =>
        {
            await using var command = database.Source.CreateCommand(Last);
            return End(await command.ExecuteScalarAsync(cancellation) as string);
        });
    }

    public IReadOnlyList<NumberRange> RangesBackwards(long last)
    {
        var ranges = new List<NumberRange>();
        for (var end = last; end > 0; end -= RangeLength) ranges.Add(new(Math.Max(1, end - RangeLength + 1), end));
        return ranges;
    }

    public async IAsyncEnumerable<AuditChunk> ReadAsync(NumberRange range, long place, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await database.OpenAsync(cancellation);
        await using var connection = await DoAsync("read", async () => await database.Source.OpenConnectionAsync(cancellation));
        await using var stream = await DoAsync("read", async () => await connection.BeginRawBinaryCopyAsync(
            string.Create(CultureInfo.InvariantCulture, $"copy (select line from qmtl_console.audit_records where number between {range.First} and {range.Last} order by number) to stdout (format binary)"),
            cancellation));
        var reader = new CopiedLines(stream);
        while (await DoAsync("read", () => reader.NextAsync(cancellation)) is { Length: > 0 } lines) yield return new(lines, database.Place, 0);
    }

    public async Task<IReadOnlyList<byte[]?>> FetchAsync(IReadOnlyList<AuditPosition> positions, CancellationToken cancellation)
    {
        await database.OpenAsync(cancellation);
        return await DoAsync("read", async () =>
        {
            if (positions.Count == 0) return [];
            var numbers = positions.Select(position => position.Number).ToArray();
            var (first, last) = (numbers.Min(), numbers.Max());
            // Close together they are one walk through the index.
            await using var command = last - first < numbers.Length * 3L
                ? database.Source.CreateCommand("select number, convert_to(line, 'UTF8') from qmtl_console.audit_records where number between $1 and $2")
                : database.Source.CreateCommand("select number, convert_to(line, 'UTF8') from qmtl_console.audit_records where number = any($1)");
            if (last - first < numbers.Length * 3L)
            {
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
            }
            else
            {
                command.Parameters.Add(new() { Value = numbers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            }

            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var found = new Dictionary<long, byte[]>(positions.Count);
            while (await reader.ReadAsync(cancellation)) found[reader.GetInt64(0)] = reader.GetFieldValue<byte[]>(1);
            return (IReadOnlyList<byte[]?>)[.. positions.Select(position => found.GetValueOrDefault(position.Number))];
        });
    }

    private async Task<T> DoAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception problem) when (problem is NpgsqlException or IOException or TimeoutException)
        {
            throw new AuditUnavailableException($"The audit at {database.Place} cannot be {what}: {problem.Message}", problem);
        }
    }

    private ChainEnd End(string? line)
    {
        if (line is null) return ChainEnd.Empty;
        var bytes = Encoding.UTF8.GetBytes(line);
        if (AuditLine.TryRead(bytes, out _)) return ChainEnd.Of(bytes, keys(), database.Place);
        // The row's number is not trusted either: what this process wrote last is what it knows.
        return _known with { Number = _known.Number + 1, Trouble = new(AuditActions.Break, "The last row cannot be read as a record.") };
    }

    /// <summary>Names it when rows are missing that this process wrote.</summary>
    private ChainEnd Continued(ChainEnd end)
    {
        var known = _known;
        return end.Number >= known.Number
            ? end
            : known with { Trouble = new(AuditActions.Break, string.Create(CultureInfo.InvariantCulture, $"Records up to {known.Number} were written, but the table ends at {end.Number}: rows were removed.")) };
    }

    private void Know(ChainEnd end) => _known = end;
}
