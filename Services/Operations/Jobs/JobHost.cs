using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Plans;
using Qmtl.Operations.ReadOnly;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>
/// Runs the jobs that this process holds. It starts none by itself: a job begins with a person's or a program's call to execute or to resume. When
/// the process ends it waits for the items in flight and leaves the rest interrupted.
/// </summary>
internal sealed class JobHost(
    IDocumentStore store, PlanDocuments plans, RailAudit audit, RailFeed feed, OperationCatalogue catalogue, IReadOnlySwitch readOnly, RailGuard guard,
    IOptions<OperationsOptions> options, TimeProvider time, ILogger<JobHost> logger) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _hard = new();
    private readonly OperationsOptions _options = options.Value;
    private int _places;
    private volatile bool _ending;

    /// <summary>Name of this process, for people: host and process id.</summary>
    public static string ProcessName { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    /// <summary>Whether this process is carrying out that job.</summary>
    public bool Runs(string jobId) => _running.ContainsKey(jobId);

    /// <summary>A place for one job more; null when this process has none, or is ending. Dispose it when the job is not started after all.</summary>
    public Place? TryReserve()
    {
        if (_ending) return null;
        if (Interlocked.Increment(ref _places) <= _options.MaxRunningJobs) return new(this);
        Interlocked.Decrement(ref _places);
        return null;
    }

    /// <summary>A lease for a job that this process is about to take: for the store, and the moment for this process's own clocks.</summary>
    public async Task<NewLease> NewLeaseAsync(CancellationToken cancellation)
    {
        var before = (time.GetTimestamp(), time.GetUtcNow());
        return new(RailIds.New("l-"), await store.NowAsync(cancellation) + _options.Lease, before);
    }

    /// <summary>Carries out a job that the store has just given to this process.</summary>
    public Task<JobEnd> Start(Place place, StoredJob job, NewLease lease, Plan plan, JobStart start)
    {
        var control = new JobControl();
        var ledger = new JobLedger(store, _options, time, job, plan.Content.Items, JobLayout.Of(plan.ItemCount, plan.Content.Steps, plan.Repeat), feed);
        ledger.Lease.Renewed(lease.Before);
        var listed = new TaskCompletionSource();
        var end = Task.Run(async () =>
        {
            await listed.Task;
            try
            {
                return await RunAsync(ledger, control, plan, start);
            }
            finally
            {
                _running.TryRemove(job.Job.Id, out _);
                place.Dispose();
                ledger.Dispose();
                control.Dispose();
            }
        });
        _running[job.Job.Id] = new(control, end);
        if (_ending) control.Halt(JobStop.Shutdown);
        feed.Tell(job.Job);
        listed.SetResult();
        return end;
    }

    /// <summary>Tells a job of this process at once what was stored as a wish.</summary>
    public void Nudge(string jobId, JobWish wish, string note)
    {
        if (_running.TryGetValue(jobId, out var running)) running.Halt(wish == JobWish.Cancel ? JobStop.Cancel : JobStop.Pause, note);
    }

    /// <summary>Completes when the job is not running here any more.</summary>
    public Task EndOf(string jobId) => _running.TryGetValue(jobId, out var running) ? running.End : Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _ending = true;
        foreach (var running in _running.Values) running.Halt(JobStop.Shutdown);
        var all = Task.WhenAll(_running.Values.Select(running => running.End));
        await Task.WhenAny(all, Task.Delay(_options.ShutdownWait, time, cancellationToken));
        await _hard.CancelAsync();
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(2), time, CancellationToken.None));
    }

    public void Dispose() => _hard.Dispose();

    private async Task<JobEnd> RunAsync(JobLedger ledger, JobControl control, Plan plan, JobStart start)
    {
        var operation = catalogue.Find(plan.Content.Kind) ?? throw new InvalidOperationException($"This console has no operation {plan.Content.Kind}.");
        var records = new JobRecords(audit, plan, ledger.Stored.Caller);
        var ending = new JobEnding(ledger, records, plans, operation, plan, feed, time, logger);
        var runner = new JobRunner(ledger, control, records, ending, operation, plan, new(readOnly, guard, ledger.Stored.Caller, time), _options, time, logger);
        return await runner.RunAsync(start, _hard.Token);
    }

    /// <summary>A place among the jobs that may run at a time.</summary>
    public sealed class Place(JobHost host) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0) Interlocked.Decrement(ref host._places);
        }
    }

    /// <summary>Gives a place back unless it was passed on.</summary>
    public sealed class Held(Place place) : IDisposable
    {
        private Place? _place = place;

        public Place Pass() => Interlocked.Exchange(ref _place, null)!;

        public void Dispose() => _place?.Dispose();
    }

    private sealed record Running(JobControl Control, Task<JobEnd> End)
    {
        public void Halt(JobStop stop, string why = "")
        {
            try
            {
                Control.Halt(stop, why);
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }
    }
}

/// <param name="Token">Names the owner in the store.</param>
/// <param name="Until">By the store's clock.</param>
/// <param name="Before">By this process's clocks, before the store was asked.</param>
internal sealed record NewLease(string Token, DateTimeOffset Until, (long Timestamp, DateTimeOffset Clock) Before);
