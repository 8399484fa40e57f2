using Qmtl.Console.Configuration;
using Qmtl.Console.Security.Guards;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.DryRuns;

/// <summary>What is asked beside the document.</summary>
/// <param name="Worlds">Worlds; empty lets the document decide.</param>
/// <param name="Generation">Overrides what the ids tell.</param>
public sealed record DryRunAsk(IReadOnlyList<string> Worlds, DagGeneration? Generation);

/// <summary>Outcome of a dry-run: a stored report, or the check that says why there was nothing to run.</summary>
public sealed record DryRunOutcome(DryRunReport? Report, CheckReport? Unreadable);

/// <summary>
/// Checks DAGs, runs dry-runs, keeps their results and finds them again. Changes nothing in the observed system. For whoever is behind the circuit or
/// request: a dry-run needs its permission in each world that it asks about, and a result is found by those who may see all its worlds.
/// </summary>
public sealed class DryRunService(Available<IGateway> gateways, DryRunStore store, DryRunGraph graphs, ReadAccess access, TimeProvider time)
{
    /// <summary>How long results are kept.</summary>
    public TimeSpan Kept => store.Kept;

    /// <summary>Why there is no Gateway to ask; null when there is one.</summary>
    public Missing? MissingGateway => gateways.Service is null ? gateways.Missing : null;

    /// <summary>Reads and validates. CPU-bound work runs on the thread pool.</summary>
    public async Task<CheckReport> CheckAsync(ReadOnlyMemory<byte> utf8, DryRunAsk ask, CancellationToken cancellation)
    {
        await access.RequireAsync(Permissions.StrategiesRead, "DAG check", cancellation);
        return await Task.Run(() => Report(DagReader.Read(utf8, Options(ask)), utf8.Length), cancellation);
    }

    /// <summary>The decoded DAG's text, into which findings point.</summary>
    public async Task<ReadOnlyMemory<byte>> DecodeAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellation)
    {
        await access.RequireAsync(Permissions.StrategiesRead, "DAG check", cancellation);
        return await Task.Run(() => DagReader.Read(utf8).DagUtf8, cancellation);
    }

    /// <summary>Runs a dry-run and stores what came of it, refusals included.</summary>
    /// <exception cref="IOException">The result cannot be stored.</exception>
    /// <exception cref="InvalidOperationException">There is no Gateway; ask <see cref="MissingGateway"/> first.</exception>
    public async Task<DryRunOutcome> RunAsync(ReadOnlyMemory<byte> utf8, DryRunAsk ask, CancellationToken cancellation)
    {
        // In which worlds is asked by the Gateway's guard, which knows them from the document.
        await access.RequireAsync(Permissions.StrategiesDryRun, "dry-run", cancellation);
        return await Task.Run(() => RunCoreAsync(utf8, ask, cancellation), cancellation);
    }

    /// <summary>Finds a report. One of worlds that are not the reader's is not here.</summary>
    public async Task<DryRunFind> FindAsync(string? id, CancellationToken cancellation)
    {
        var visible = await access.RequireAsync(Permissions.StrategiesRead, "dry-run result", cancellation);
        var find = await store.FindAsync(id, cancellation);
        return visible.IsEverything || find.Report is not { } report || IsSeen(report, visible) ? find : find with { Outcome = DryRunLookup.NotHere, Report = null };
    }

    /// <summary>Opens the decoded DAG of a result.</summary>
    /// <returns>The stream when the outcome is found; the caller disposes it.</returns>
    public async Task<(DryRunFind Find, Stream? Dag)> OpenDagAsync(string? id, CancellationToken cancellation)
    {
        var find = await FindAsync(id, cancellation);
        return find.Outcome == DryRunLookup.Found ? await store.OpenDagAsync(id, cancellation) : (find, null);
    }

    /// <summary>The drawing of a result; see <see cref="DryRunGraph"/>.</summary>
    public async Task<(DryRunFind Find, byte[]? Message)> GraphAsync(string id, CancellationToken cancellation)
    {
        var find = await FindAsync(id, cancellation);
        return find.Outcome == DryRunLookup.Found ? await graphs.MessageAsync(id, cancellation) : (find, null);
    }

    private static bool IsSeen(DryRunReport report, Visible visible) =>
        (report.Worlds.Count > 0 ? report.Worlds : report.Input.EnvelopeWorlds) is { Count: > 0 } worlds && worlds.All(visible.World);

    private async Task<DryRunOutcome> RunCoreAsync(ReadOnlyMemory<byte> utf8, DryRunAsk ask, CancellationToken cancellation)
    {
        var document = DagReader.Read(utf8, Options(ask));
        if (document.Dag is not { } dag)
        {
            return new(null, Report(document, utf8.Length));
        }

        var gateway = gateways.Service ?? throw new InvalidOperationException(gateways.Missing.Reason);
        var result = await gateway.DryRunAsync(document, new SubmitOptions { WorldIds = ask.Worlds }, cancellation);
        var now = time.GetUtcNow();
        var report = new DryRunReport
        {
            Id = DryRunId.New(now),
            CreatedAt = now,
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()) + store.Kept,
            Worlds = ask.Worlds,
            AskedGeneration = ask.Generation,
            Input = InputView.Of(document, utf8.Length),
            Findings = FindingsView.Of(document),
            Refusal = result.Refusal is { } refusal ? new(refusal.Code, refusal.Message, refusal.ExistingStrategyId) : null,
            Result = result.Refusal is null ? DryRunAnswer.Of(result, dag) : null,
        };
        await store.SaveAsync(report, document.DagUtf8, cancellation);
        return new(report, null);
    }

    private static CheckReport Report(DagDocument document, int bytes) => new()
    {
        Valid = document.IsValid,
        Input = InputView.Of(document, bytes),
        Findings = FindingsView.Of(document),
    };

    private static DagReadOptions Options(DryRunAsk ask) => new()
    {
        Generation = ask.Generation,
        WorldId = ask.Worlds.Count > 0 ? ask.Worlds[0] : null,
    };
}
