namespace Qmtl.DagManager;

/// <summary>How a DAG Manager is made to misbehave.</summary>
/// <param name="Delay">Time that each call takes more; zero for none.</param>
/// <param name="Failure">Message of the exception that each call ends in; null to succeed.</param>
/// <param name="TagQueriesToo">Whether tag queries suffer too, or only diffs and registrations.</param>
public sealed record DagManagerFault(TimeSpan Delay, string? Failure, bool TagQueriesToo);

/// <summary>The DAG Manager behind it, slower or failing while <see cref="Fault"/> is set. For tests and drills in the sandbox.</summary>
public sealed class FaultableDagManager(IDagManager inner, TimeProvider time) : IDagManager
{
    private volatile DagManagerFault? _fault;

    /// <summary>The fault in force, or null.</summary>
    public DagManagerFault? Fault
    {
        get => _fault;
        set => _fault = value;
    }

    public async Task<DiffResult> DiffAsync(DiffRequest request, CancellationToken cancellation)
    {
        await SufferAsync(tagQuery: false, cancellation);
        return await inner.DiffAsync(request, cancellation);
    }

    public async Task<DiffResult> RegisterAsync(DiffRequest request, CancellationToken cancellation)
    {
        await SufferAsync(tagQuery: false, cancellation);
        return await inner.RegisterAsync(request, cancellation);
    }

    public async Task<IReadOnlyList<QueueDescriptor>> QueuesByTagAsync(
        IReadOnlyList<string> tags, long interval, TagMatch match, CancellationToken cancellation)
    {
        await SufferAsync(tagQuery: true, cancellation);
        return await inner.QueuesByTagAsync(tags, interval, match, cancellation);
    }

    public Task<IReadOnlyDictionary<string, ComputeNode>> NodesAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation) =>
        inner.NodesAsync(nodeIds, cancellation);

    public async Task<GraphCounts> CountsAsync(CancellationToken cancellation)
    {
        await SufferAsync(tagQuery: true, cancellation);
        return await inner.CountsAsync(cancellation);
    }

    private async ValueTask SufferAsync(bool tagQuery, CancellationToken cancellation)
    {
        if (_fault is not { } fault || (tagQuery && !fault.TagQueriesToo)) return;
        if (fault.Delay > TimeSpan.Zero) await Task.Delay(fault.Delay, time, cancellation);
        if (fault.Failure is { } message) throw new InvalidOperationException(message);
    }
}
