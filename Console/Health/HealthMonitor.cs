using System.Collections.Immutable;
using Qmtl.Shared.Health;

namespace Qmtl.Console.Health;

/// <summary>All dependencies at one moment. Immutable; a new one replaces the old one whole.</summary>
/// <param name="Readings">In the order of the probes.</param>
/// <param name="TakenAt">When the round ended, UTC; null before the first.</param>
public sealed record HealthSnapshot(ImmutableArray<DependencyReading> Readings, DateTimeOffset? TakenAt)
{
    /// <summary>Those that call for action.</summary>
    public IEnumerable<DependencyReading> Troubled =>
        Readings.Where(reading => reading.State is DependencyState.Attention or DependencyState.Broken or DependencyState.Unknown);
}

/// <summary>
/// Reads every dependency every few seconds, once for the process whatever the number of browsers. A probe that does not answer in time is
/// unknown, with the last good reading's time in the detail. Bounded: one reading a probe.
/// </summary>
public sealed class HealthMonitor : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    public const int MaxProbes = 64;

    private readonly IDependencyProbe[] _probes;
    private readonly TimeProvider _time;
    private readonly ILogger<HealthMonitor> _log;
    private readonly SemaphoreSlim _round = new(1, 1);
    private volatile HealthSnapshot _current;

    public HealthMonitor(IEnumerable<IDependencyProbe> probes, TimeProvider time, ILogger<HealthMonitor> log)
    {
        _probes = [.. probes];
        if (_probes.Length > MaxProbes) throw new InvalidOperationException($"{_probes.Length} dependency probes are registered; at most {MaxProbes} are read.");
        _time = time;
        _log = log;
        _current = new([.. _probes.Select(probe => new DependencyReading(probe.Name, DependencyState.Unknown, "–", null, null, "Not read yet.", ""))], null);
    }

    /// <summary>The newest snapshot.</summary>
    public HealthSnapshot Current => _current;

    /// <summary>A new snapshot is there. Raised on a thread of the pool; handlers must be quick.</summary>
    public event Action? Changed;

    /// <summary>Reads all dependencies now; joins a round that is under way.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var before = _current;
        await _round.WaitAsync(cancellation);
        try
        {
            // Somebody else's round ended while this call waited.
            if (!ReferenceEquals(before, _current)) return;
            var readings = await Task.WhenAll(_probes.Select(probe => ReadAsync(probe, cancellation)));
            _current = new([.. readings], _time.GetUtcNow());
        }
        finally
        {
            _round.Release();
        }

        Changed?.Invoke();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                await RefreshAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private async Task<DependencyReading> ReadAsync(IDependencyProbe probe, CancellationToken cancellation)
    {
        var previous = _current.Readings.FirstOrDefault(reading => reading.Name == probe.Name);
        var source = previous?.Source ?? "–";
        using var budget = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, budget.Token);
        try
        {
            return await Task.Run(() => probe.ReadAsync(either.Token), either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(probe.Name, DependencyState.Unknown, source, _time.GetUtcNow(), null, $"No answer within {Timeout.TotalSeconds:0} s.", "If it stays so, check the dependency's own log.");
        }
#pragma warning disable CA1031 // A probe that throws is a finding, not a reason to stop.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _log.LogWarning(exception, "The probe of {Dependency} failed", probe.Name);
            return new(probe.Name, DependencyState.Unknown, source, _time.GetUtcNow(), null, $"The reading itself failed: {exception.Message}", "Report this with the console's log.");
        }
    }

    public override void Dispose()
    {
        _round.Dispose();
        base.Dispose();
    }
}
