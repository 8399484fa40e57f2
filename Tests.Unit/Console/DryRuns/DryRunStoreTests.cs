using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Console.Api;
using Qmtl.Console.DryRuns;
using Qmtl.Console.Storage;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;

namespace Qmtl.Tests.Unit.Console.DryRuns;

public sealed class DryRunStoreTests : IDisposable
{
    private static readonly byte[] Dag = Encoding.UTF8.GetBytes("""{"schema_version":"v1","nodes":[],"note":"größer als ASCII"}""");

    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-dry-runs-").FullName;
    private readonly ManualTime _time = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Gives_back_what_was_stored_also_after_a_restart()
    {
        var report = Report();
        await Store().SaveAsync(report, Dag, default);

        var another = Store();
        var find = await another.FindAsync(report.Id, default);

        Assert.Equal(DryRunLookup.Found, find.Outcome);
        Assert.Equal(_time.GetUtcNow().AddHours(24), find.ExpiresAt);
        var found = find.Report!;
        Assert.Equal(report.Result!.Nodes, found.Result!.Nodes, (a, b) => a.NodeId == b.NodeId && a.Queue == b.Queue && a.Disposition == b.Disposition && a.Lag == b.Lag);
        Assert.Equal("t1", found.Result.QueueMap["n1"][0].Queue);
        Assert.Equal(report.Result.SubmissionChecksum, found.Result.SubmissionChecksum);
        Assert.Equal(report.Findings.Items, found.Findings.Items);
        Assert.Equal(report.Worlds, found.Worlds);
        Assert.Equal(Dag, await ReadDagAsync(another, report.Id));
    }

    [Fact]
    public async Task Tells_expired_from_unknown()
    {
        var store = Store();
        var report = Report();
        await store.SaveAsync(report, Dag, default);
        _time.Advance(TimeSpan.FromHours(24));

        Assert.Equal(DryRunLookup.Expired, (await store.FindAsync(report.Id, default)).Outcome);
        Assert.Equal(DryRunLookup.NotHere, (await store.FindAsync(DryRunId.New(_time.GetUtcNow()), default)).Outcome);
        Assert.Equal(DryRunLookup.NotAnId, (await store.FindAsync("nothing", default)).Outcome);
        Assert.Equal(DryRunLookup.NotAnId, (await store.FindAsync(DryRunId.New(_time.GetUtcNow().AddDays(1)), default)).Outcome);
        var (words, _) = DryRunWords.Explain(await store.FindAsync(report.Id, default), store.Kept);
        Assert.Equal("This result expired at 2026-03-02 12:00:00 UTC (kept 24 h).", words);
    }

    [Fact]
    public async Task Drops_expired_files()
    {
        var store = Store();
        await store.SaveAsync(Report(), Dag, default);
        _time.Advance(TimeSpan.FromHours(25));
        store.Evict();
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Keeps_the_newest_within_the_number()
    {
        var store = Store(limits => limits.DryRunResults = 3);
        var ids = await SaveManyAsync(store, 5);

        Assert.Equal(3, Files().Length);
        Assert.Equal(DryRunLookup.NotHere, (await store.FindAsync(ids[1], default)).Outcome);
        Assert.Equal(DryRunLookup.Found, (await store.FindAsync(ids[2], default)).Outcome);
    }

    [Fact]
    public async Task Keeps_the_newest_within_the_bytes()
    {
        var random = new Random(1);
        var large = new byte[400 * 1024];
        random.NextBytes(large);
        var store = Store(limits => limits.DryRunBytes = 1024 * 1024);
        var ids = await SaveManyAsync(store, 4, large);

        Assert.Equal(2, Files().Length);
        Assert.Equal(DryRunLookup.Found, (await store.FindAsync(ids[3], default)).Outcome);
        Assert.Equal(DryRunLookup.NotHere, (await store.FindAsync(ids[0], default)).Outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(-1)]
    public async Task Says_that_a_damaged_file_is_damaged(int at)
    {
        var store = Store();
        var report = Report();
        await store.SaveAsync(report, Dag, default);
        var file = Files().Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[at < 0 ? bytes.Length + at : at] ^= 0x55;
        await File.WriteAllBytesAsync(file, bytes);

        var reads = new[] { (await store.FindAsync(report.Id, default)).Outcome, (await store.OpenDagAsync(report.Id, default)).Find.Outcome };
        Assert.Contains(DryRunLookup.Damaged, reads);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(90)]
    public async Task Says_that_a_cut_file_is_damaged(int percent)
    {
        var store = Store();
        var report = Report();
        await store.SaveAsync(report, Dag, default);
        var file = Files().Single();
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length * percent / 100)]);

        Assert.Equal(DryRunLookup.Damaged, (await store.FindAsync(report.Id, default)).Outcome);
    }

    [Fact]
    public async Task Leaves_nothing_behind_when_a_write_fails()
    {
        var store = Store();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SaveAsync(Report(), Dag, cancelled.Token));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "dry-runs")));
    }

    [Fact]
    public async Task Leaves_foreign_files_alone()
    {
        var store = Store();
        await store.SaveAsync(Report(), Dag, default);
        var foreign = Path.Combine(_folder, "dry-runs", "notes.txt");
        await File.WriteAllTextAsync(foreign, "mine");
        _time.Advance(TimeSpan.FromDays(30));
        store.Evict();
        Assert.Equal([foreign], Directory.GetFiles(Path.Combine(_folder, "dry-runs")));
    }

    private string[] Files() => Directory.GetFiles(Path.Combine(_folder, "dry-runs"), "*.dryrun");

    private async Task<List<string>> SaveManyAsync(DryRunStore store, int count, byte[]? dag = null)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var report = Report();
            ids.Add(report.Id);
            await store.SaveAsync(report, dag ?? Dag, default);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        return ids;
    }

    private static async Task<byte[]> ReadDagAsync(DryRunStore store, string id)
    {
        var (_, stream) = await store.OpenDagAsync(id, default);
        using var bytes = new MemoryStream();
        await using (stream)
        {
            await stream!.CopyToAsync(bytes);
        }

        return bytes.ToArray();
    }

    private DryRunStore Store(Action<LimitsOptions>? change = null)
    {
        var limits = new LimitsOptions();
        change?.Invoke(limits);
        return new(Options.Create(new StorageOptions { Path = _folder }), Options.Create(limits), _time, NullLogger<DryRunStore>.Instance);
    }

    private DryRunReport Report() => new()
    {
        Id = DryRunId.New(_time.GetUtcNow()),
        CreatedAt = _time.GetUtcNow(),
        ExpiresAt = _time.GetUtcNow().AddHours(24),
        Worlds = ["w1"],
        AskedGeneration = DagGeneration.Newer,
        Input = new() { Form = DagInputForm.EnvelopeBase64, Bytes = 400, DagBytes = Dag.Length, Generation = DagGeneration.Newer, Nodes = 1 },
        Findings = new()
        {
            Errors = 0,
            Warnings = 1,
            Items = [new() { Severity = FindingSeverity.Warning, Code = "UNKNOWN_FIELD", Path = "$.note", Message = "m", Advice = "a", At = new(1, 40, 39, 6, 39, 6) }],
        },
        Result = new()
        {
            QueueMap = new Dictionary<string, IReadOnlyList<QueueView>> { ["n1"] = [new("t1", false)] },
            SentinelId = "dryrun-sentinel",
            SentinelOrigin = SentinelOrigin.Diff,
            Source = DryRunSource.Diff,
            SubmissionChecksum = ChecksumView.Of(2103926945),
            DiffChecksum = ChecksumView.Of(1),
            Version = "v1",
            ExecutionDomain = "backtest",
            Downgraded = false,
            SafeMode = false,
            ElapsedMs = 1.5,
            Counts = new(0, 1, 0),
            Nodes = [new() { NodeId = "n1", Queue = "t1", Disposition = NodeDisposition.Buffered, Lag = 4, PartitionKey = "n1:60:0" }],
        },
    };
}
