using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Files;
using Qmtl.Operations.Audit.Index;
using Qmtl.Operations.Audit.Postgres;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Operations.Storage.Postgres;
using Qmtl.Shared.Rail;

namespace Qmtl.Benchmarks;

/// <summary>
/// The audit in files and in PostgreSQL: single records and batches, durable; the check of the chain; the first page of any filter over
/// 1,000,000 records. Yardsticks in the same run: plain appends with a sync, plain multi-row inserts without a chain, SHA-256 over the same
/// bytes. PostgreSQL is measured when QMTL_BENCHMARK_POSTGRES (role that runs) and QMTL_BENCHMARK_POSTGRES_MIGRATION (role that migrates) are
/// set. Arguments: number of records (1,000,000), folder for the files (the temporary one).
/// </summary>
internal static class AuditBenchmark
{
    private const int Batch = 1_000;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var records = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000_000;
        var folder = Path.Combine(arguments.Length > 1 ? arguments[1] : Path.GetTempPath(), $"qmtl-audit-benchmark-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        var isWithin = await PermissionBenchmark.RunAsync();
        try
        {
            isWithin &= await FilesAsync(folder, records);
            if (Environment.GetEnvironmentVariable("QMTL_BENCHMARK_POSTGRES") is { Length: > 0 } connection)
            {
                isWithin &= await PostgresAsync(connection, Environment.GetEnvironmentVariable("QMTL_BENCHMARK_POSTGRES_MIGRATION"), records);
            }
            else
            {
                System.Console.WriteLine("PostgreSQL not measured: QMTL_BENCHMARK_POSTGRES is not set");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return isWithin ? 0 : 1;
    }

    private static async Task<bool> FilesAsync(string folder, int records)
    {
        System.Console.WriteLine("== files");
        var yardstick = PlainAppends(Path.Combine(folder, "plain"), 500);
        using var storageLock = new StorageLock(folder);
        var keys = new AuditKeys(AuditKey.New());
        await using var store = new FileAuditStore(Options.Create(new AuditOptions()), Options.Create(new OperationsStorageOptions { Folder = folder }), storageLock, () => keys);
        await store.OpenAsync(default);
        await using var parts = new Parts(store, keys);
        var single = await SinglesAsync(parts, 1_000, 1);
        System.Console.WriteLine($"single records, one after the other: {single:N0}/s; plain append and sync of the same length: {yardstick:N0}/s; ratio {single / yardstick:F2}");
        var many = await SinglesAsync(parts, 8_000, 64);
        System.Console.WriteLine($"single records, 64 at once: {many:N0}/s");
        var batches = await BatchesAsync(parts, records);
        System.Console.WriteLine($"batches of {Batch:N0}: {batches:N0} records/s durable");
        var isWithin = await CheckAsync(parts, 200_000, () => HashFiles(Path.Combine(folder, "audit")));
        return await SearchAsync(parts) && isWithin;
    }

    private static async Task<bool> PostgresAsync(string connection, string? migration, int records)
    {
        System.Console.WriteLine("== PostgreSQL");
        var storage = new OperationsStorageOptions { PostgresConnection = connection, PostgresMigrationConnection = migration };
        await using var database = new PostgresDatabase(Options.Create(storage), NullLogger<PostgresDatabase>.Instance);
        await database.OpenAsync(default);
        var (plainSingle, plainBatch) = migration is null ? (double.NaN, double.NaN) : await PlainInsertsAsync(migration);
        var keys = new AuditKeys(AuditKey.New());
        var store = new PostgresAuditStore(database, () => keys);
        await using var parts = new Parts(store, keys);
        var single = await SinglesAsync(parts, 2_000, 1);
        System.Console.WriteLine($"single records, one after the other: {single:N0}/s (bound: 500); plain insert of the same row: {plainSingle:N0}/s; ratio {single / plainSingle:F2}");
        var many = await SinglesAsync(parts, 10_000, 64);
        System.Console.WriteLine($"single records, 64 at once: {many:N0}/s");
        var batches = await BatchesAsync(parts, records);
        System.Console.WriteLine($"batches of {Batch:N0}: {batches:N0} records/s durable (bound: 12,000); plain multi-row insert of the same rows without a chain: {plainBatch:N0}/s; ratio {batches / plainBatch:F2}");
        var isWithin = await CheckAsync(parts, 50_000, null);
        return await SearchAsync(parts) && isWithin && single >= 500 && batches >= 12_000;
    }

    private static async Task<double> SinglesAsync(Parts parts, int count, int atOnce)
    {
        await parts.Log.AppendAsync([Record(0)], default);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(writer => Task.Run(async () =>
        {
            for (var number = writer; number < count; number += atOnce) await parts.Log.AppendAsync([Record(number)], default);
        })));
        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> BatchesAsync(Parts parts, int count)
    {
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < count; number += Batch)
        {
            await parts.Log.AppendAsync([.. Enumerable.Range(number, Math.Min(Batch, count - number)).Select(Record)], default);
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<bool> CheckAsync(Parts parts, int bound, Func<(double Seconds, long Bytes)>? yardstick)
    {
        var best = 0.0;
        for (var round = 0; round < 3; round++)
        {
            var processor = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var verification = await new AuditVerifier(parts.Store, parts.Keys, null).VerifyAsync(isWritten: false, null, default);
            if (verification.Verdict != AuditVerdict.OkButTailUnknown) throw new InvalidOperationException(verification.Explanation);
            best = Math.Max(best, verification.Checked / watch.Elapsed.TotalSeconds);
            System.Console.WriteLine($"check of the chain, {verification.Checked:N0} records: {verification.Checked / watch.Elapsed.TotalSeconds:N0} records/s (bound: {bound:N0}); processor time of this process {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F2} s");
            if (round == 2 && yardstick?.Invoke() is var (seconds, bytes) && bytes > 0)
            {
                System.Console.WriteLine($"SHA-256 alone over the same {bytes >> 20:N0} MiB, one thread: {seconds:F2} s; the check {watch.Elapsed.TotalSeconds:F2} s; ratio {watch.Elapsed.TotalSeconds / seconds:F2}");
            }
        }

        return best >= bound;
    }

    private static async Task<bool> SearchAsync(Parts parts)
    {
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        await parts.Index.FilledAsync(default);
        var filled = watch.Elapsed.TotalSeconds;
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;
        System.Console.WriteLine($"index of {parts.Index.Top:N0} records filled in {filled:F1} s, {memory >> 20:N0} MiB, {(double)memory / parts.Index.Top:F0} bytes a record");
        var start = Record(0).At;
        (string Name, AuditQuery Query)[] filters =
        [
            ("none", new()), ("actor", new() { Actor = "local:user3" }), ("action, rare", new() { Action = "schema.rollback" }), ("target", new() { Target = "target-4242" }), ("outcome", new() { Outcome = "failed" }),
            ("operation", new() { OperationId = "p-77" }), ("correlation", new() { CorrelationId = "c-500000" }), ("nobody", new() { Actor = "local:nobody" }), ("two that never meet", new() { Actor = "local:user3", Action = "never.done" }),
            ("actor and target", new() { Actor = "local:user3", Target = "target-4243" }), ("time", new() { From = start.AddSeconds(1_000), Until = start.AddSeconds(1_100) }),
            ("text, often", new() { Text = "number 7" }), ("text, once", new() { Text = "number 777123." }), ("text, never", new() { Text = "quantum entanglement" }), ("text of two letters, never", new() { Text = "zq" }), ("text and actor", new() { Text = "rollback", Actor = "local:user5" }),
        ];
        var worst = 0.0;
        foreach (var (name, query) in filters)
        {
            var times = new List<double>();
            AuditPage page = null!;
            for (var round = 0; round < 25; round++)
            {
                watch.Restart();
                page = await parts.Search.FindAsync(query, default);
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            times.Sort();
            var p95 = times[(int)(times.Count * 0.95)];
            worst = Math.Max(worst, p95);
            System.Console.WriteLine($"first page, filter {name}: p50 {times[times.Count / 2]:F1} ms, p95 {p95:F1} ms, {page.Records.Count} records{(page.IsPartial ? ", searched in part" : "")}");
        }

        System.Console.WriteLine($"worst p95 {worst:F1} ms (bound: 300 ms)");
        return worst <= 300;
    }

    private static AuditRecord Record(int number) => new()
    {
        At = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(number * 20L),
        Phase = number % 2 == 0 ? AuditPhase.Intent : AuditPhase.Outcome,
        Action = number % 250_000 == 17 ? "schema.rollback" : number % 3 == 0 ? "sentinel.weight" : "deadletters.requeue",
        Outcome = number % 2 == 0 ? "intended" : number % 97 == 0 ? "failed" : "done",
        Actor = $"local:user{number % 20}",
        ActorName = $"User {number % 20}",
        ActorKind = CallerKind.Person,
        Session = $"s-{number % 300:x}",
        Address = $"10.0.{number % 7}.{number % 250}",
        Permission = Permissions.SentinelWeightChange,
        Target = $"target-{number % 5_000}",
        Item = $"3f2a91c0-{number:x8}-4c11",
        Parameters = "{\"weight\":0.25,\"from\":0.5}",
        Reason = $"Change number {number}.",
        OperationId = $"p-{number / 500}",
        CorrelationId = $"c-{number / 2}",
    };

    private static double PlainAppends(string path, int count)
    {
        var line = AuditRecordJson.Write(Record(1)).ToArray();
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < count; number++)
        {
            file.Write(line);
            file.Flush(flushToDisk: true);
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private static (double Seconds, long Bytes) HashFiles(string folder)
    {
        var watch = Stopwatch.StartNew();
        var bytes = 0L;
        var buffer = new byte[1 << 20];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.GetFiles(folder, "*.jsonl"))
        {
            using var file = File.OpenRead(path);
            for (int read; (read = file.Read(buffer)) > 0; bytes += read) hash.AppendData(buffer, 0, read);
        }

        return (watch.Elapsed.TotalSeconds, bytes);
    }

    private static async Task<(double Single, double Batches)> PlainInsertsAsync(string migration)
    {
        await using var source = NpgsqlDataSource.Create(migration);
        await using var connection = await source.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("create table if not exists qmtl_console.plain_yardstick (number bigint primary key, line text not null); truncate qmtl_console.plain_yardstick", connection)) await create.ExecuteNonQueryAsync();
        var line = Encoding.UTF8.GetString(AuditRecordJson.Write(Record(1)).Span) + new string('0', 230);
        var number = 0L;
        var single = await TimeAsync(1_000, 1);
        var batches = await TimeAsync(100, Batch);
        await using (var drop = new NpgsqlCommand("drop table qmtl_console.plain_yardstick", connection)) await drop.ExecuteNonQueryAsync();
        return (single, batches);

        async Task<double> TimeAsync(int rounds, int rows)
        {
            await using var insert = new NpgsqlCommand("insert into qmtl_console.plain_yardstick select * from unnest($1, $2)", connection);
            var numbers = new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = Array.Empty<long>() };
            insert.Parameters.Add(numbers);
            insert.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = Enumerable.Repeat(line, rows).ToArray() });
            var watch = Stopwatch.StartNew();
            for (var round = 0; round < rounds; round++)
            {
                numbers.Value = Enumerable.Range(0, rows).Select(_ => ++number).ToArray();
                await insert.ExecuteNonQueryAsync();
            }

            return rounds * rows / watch.Elapsed.TotalSeconds;
        }
    }

    private sealed class Parts : IAsyncDisposable
    {
        public Parts(IAuditStore store, AuditKeys keys)
        {
            var options = Options.Create(new AuditOptions());
            Store = store;
            Keys = keys;
            Log = new(store, new DenialCounter(options, TimeProvider.System), new ChainWriter(keys, TimeProvider.System), options, NullLogger<AuditLog>.Instance);
            Index = new(store, options, NullLogger<AuditIndex>.Instance);
            Search = new(store, Index, () => keys, options);
        }

        public IAuditStore Store { get; }

        public AuditKeys Keys { get; }

        public AuditLog Log { get; }

        public AuditIndex Index { get; }

        public AuditSearch Search { get; }

        public async ValueTask DisposeAsync()
        {
            await Log.DisposeAsync();
            Index.Dispose();
        }
    }
}
