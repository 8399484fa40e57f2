using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Integration.Live;

/// <summary>A source with a journal of its own behind it, run as the console runs it.</summary>
internal sealed class LiveRig : IAsyncDisposable
{
    private readonly SourceRunner _runner;
    private bool _running;

    /// <param name="spilledTo">Folder of the journal on disk; null: in memory only.</param>
    public LiveRig(SourceHarness harness, string? spilledTo = null)
        : this((engine, time) => harness.Create(engine, time), spilledTo)
    {
    }

    public LiveRig(Func<LiveEngine, TimeProvider, IControlSource> source, string? spilledTo = null)
    {
        Engine = new(Options.Create(new ControlBusOptions()), TimeProvider.System, spilledTo is null ? null : new(new() { Hours = 1, Path = spilledTo }, TimeProvider.System));
        Source = source(Engine, TimeProvider.System);
        _runner = new([Source], Engine, TimeProvider.System, NullLogger<SourceRunner>.Instance);
    }

    public LiveEngine Engine { get; }

    public IControlSource Source { get; }

    public SourceStatus? Status => Engine.StatusOf(Source.Name);

    /// <summary>Rows, oldest first; without the console's own, which tell of gaps.</summary>
    public IReadOnlyList<JournalledEvent> Rows => [.. All.Where(row => row.Event.Type is not (OwnEvents.Gap or OwnEvents.StateRead))];

    /// <summary>What was read after gaps, oldest first.</summary>
    public IReadOnlyList<string> StatesRead => [.. All.Where(row => row.Event.Type == OwnEvents.StateRead).Select(row => row.Event.DataJson)];

    /// <summary>What is said to be missing, oldest first.</summary>
    public IReadOnlyList<string> GapTexts => [.. All.Where(row => row.Event.Type == OwnEvents.Gap).Select(row => row.Event.DataJson)];

    private IEnumerable<JournalledEvent> All => Engine.Query(LiveFilter.Everything, null, 10_000).Events.Reverse();

    /// <summary>Starts it; when it should be reading, waits until it is.</summary>
    public async Task<LiveRig> StartAsync(bool isUp = true)
    {
        await _runner.StartAsync(default);
        _running = true;
        if (isUp) await WaitAsync(() => Status?.State is SourceState.Reading or SourceState.Attention, "the source reads");
        return this;
    }

    /// <summary>Ends it and returns how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var started = Stopwatch.GetTimestamp();
        _running = false;
        await _runner.StopAsync(default);
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Waits, at most for a minute, and says what it waited for and how the source is doing when that did not come.</summary>
    public Task WaitAsync(Func<bool> condition, string what) => Waiting.ForAsync(condition, () => $"{what}. The source: {Status?.State}, {Status?.Detail} It brought {Rows.Count} events; gaps: {string.Join("; ", GapTexts)}");

    public Task WaitForRowsAsync(int count) => WaitAsync(() => Rows.Count >= count, $"{count} events came");

    public async ValueTask DisposeAsync()
    {
        if (_running) await StopAsync();
        _runner.Dispose();
        Engine.Dispose();
    }
}

/// <summary>Waiting for what happens by itself.</summary>
internal static class Waiting
{
    public static async Task ForAsync(Func<bool> condition, Func<string> what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1)) Assert.Fail($"Waited a minute for this: {what()}");
            await Task.Delay(20);
        }
    }
}
