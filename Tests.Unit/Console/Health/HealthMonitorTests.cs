using Microsoft.Extensions.Logging.Abstractions;
using Qmtl.Console.Health;
using Qmtl.Shared.Health;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Health;

public sealed class HealthMonitorTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Before_the_first_round_everything_is_unknown()
    {
        using var monitor = Monitor(new Probe("A", _ => Task.FromResult(Ok("A"))));
        Assert.Equal(DependencyState.Unknown, Assert.Single(monitor.Current.Readings).State);
        Assert.Null(monitor.Current.TakenAt);
    }

    [Fact]
    public async Task A_probe_that_throws_is_unknown_and_does_not_take_the_others_with_it()
    {
        using var monitor = Monitor(new Probe("A", _ => throw new InvalidOperationException("boom")), new Probe("B", _ => Task.FromResult(Ok("B"))));
        var changes = 0;
        monitor.Changed += () => changes++;
        await monitor.RefreshAsync(default);
        Assert.Equal([DependencyState.Unknown, DependencyState.Ok], monitor.Current.Readings.Select(reading => reading.State));
        Assert.Contains("boom", monitor.Current.Readings[0].Detail, StringComparison.Ordinal);
        Assert.Equal(1, changes);
    }

    [Fact]
    public async Task A_probe_that_does_not_answer_in_time_is_unknown()
    {
        var asked = new TaskCompletionSource();
        using var monitor = Monitor(new Probe("A", async cancellation =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return Ok("A");
        }));
        var round = monitor.RefreshAsync(default);
        await asked.Task;
        _time.Advance(HealthMonitor.Timeout);
        await round;
        var reading = Assert.Single(monitor.Current.Readings);
        Assert.Equal(DependencyState.Unknown, reading.State);
        Assert.Null(reading.Latency);
        Assert.Contains("No answer within 3 s", reading.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refreshes_at_the_same_time_share_a_round()
    {
        var reads = 0;
        var answer = new TaskCompletionSource<DependencyReading>();
        using var monitor = Monitor(new Probe("A", _ =>
        {
            Interlocked.Increment(ref reads);
            return answer.Task;
        }));
        var first = monitor.RefreshAsync(default);
        var second = monitor.RefreshAsync(default);
        answer.SetResult(Ok("A"));
        await Task.WhenAll(first, second);
        Assert.Equal(1, reads);
    }

    private HealthMonitor Monitor(params IDependencyProbe[] probes) => new(probes, _time, NullLogger<HealthMonitor>.Instance);

    private DependencyReading Ok(string name) => new(name, DependencyState.Ok, "test", _time.GetUtcNow(), TimeSpan.Zero, "fine", "");

    private sealed class Probe(string name, Func<CancellationToken, Task<DependencyReading>> read) : IDependencyProbe
    {
        public string Name => name;

        public Task<DependencyReading> ReadAsync(CancellationToken cancellation) => read(cancellation);
    }
}
