using System.Globalization;
using Microsoft.Extensions.Options;
using Qmtl.Shared.Dags;

namespace Qmtl.Gateway.InMemory;

/// <summary>Strategies in memory, with a bound on their number and size.</summary>
public sealed class InMemoryStrategyCatalogue(IOptions<GatewayOptions> options, TimeProvider time) : IStrategyCatalogue
{
    private readonly GatewayOptions _options = options.Value;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byHash = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _sharers = new(StringComparer.Ordinal);
    private IReadOnlyList<StrategyRecord>? _newestFirst;
    private long _storedBytes;

    public Task<StrategySnapshot> ListAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _newestFirst ??= [.. _byId.Values
                .OrderByDescending(entry => entry.Record.SubmittedAt)
                .ThenByDescending(entry => entry.Number)
                .Select(entry => entry.Record)];
            return Task.FromResult(new StrategySnapshot(_newestFirst, "in process (sandbox)", time.GetUtcNow()));
        }
    }

    public Task<StrategyRecord?> FindAsync(string strategyId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Find(strategyId)?.Record);
    }

    public Task<DagDocument?> ReadDagAsync(string strategyId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Find(strategyId) is { } entry ? DagReader.Read(entry.DagUtf8, entry.ReadOptions) : null);
    }

    public Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> SharersAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(nodeIds);
        cancellation.ThrowIfCancellationRequested();
        var found = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var nodeId in nodeIds)
            {
                if (_sharers.TryGetValue(nodeId, out var strategies)) found[nodeId] = [.. strategies];
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>(found);
    }

    /// <summary>Moves a strategy to its next state. Null when it is unknown or the event is not allowed in its state; then nothing changed.</summary>
    internal StrategyRecord? Transition(string strategyId, StrategyEvent what)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(strategyId, out var entry) || StrategyStates.Next(entry.Record.State, what) is not { } next) return null;
            var record = entry.Record with { State = next };
            _byId[strategyId] = entry with { Record = record };
            _newestFirst = null;
            return record;
        }
    }

    /// <summary>Takes the DAG's hash and its room, so that of equal submissions at once one is accepted. Null when both were free.</summary>
    internal Refusal? Reserve(string dagHash, string strategyId, int bytes)
    {
        lock (_gate)
        {
            if (_byHash.TryGetValue(dagHash, out var existing))
            {
                return new Refusal(Refusals.Duplicate, $"This DAG was submitted before, as strategy {existing}. Change it, or use that one.", existing);
            }

            if (_byHash.Count >= _options.MaxStrategies)
            {
                return new Refusal(Refusals.StoreFull, string.Create(CultureInfo.InvariantCulture, $"{_options.MaxStrategies} strategies are stored, as many as allowed."));
            }

            if (_storedBytes + bytes > _options.MaxStoredBytes)
            {
                return new Refusal(Refusals.StoreFull, string.Create(CultureInfo.InvariantCulture, $"The stored DAGs take {_storedBytes} bytes; {bytes} more would pass the bound of {_options.MaxStoredBytes}."));
            }

            _byHash[dagHash] = strategyId;
            _storedBytes += bytes;
            return null;
        }
    }

    /// <summary>Gives back what <see cref="Reserve"/> took.</summary>
    internal void Release(string dagHash, int bytes)
    {
        lock (_gate)
        {
            if (_byHash.Remove(dagHash)) _storedBytes -= bytes;
        }
    }

    /// <summary>Makes a reserved strategy visible.</summary>
    internal void Commit(StrategyRecord record, byte[] dagUtf8, DagReadOptions readOptions, IEnumerable<string> nodeIds)
    {
        lock (_gate)
        {
            _byId[record.StrategyId] = new Entry(_byId.Count, record, dagUtf8, readOptions);
            foreach (var nodeId in nodeIds)
            {
                if (!_sharers.TryGetValue(nodeId, out var strategies)) _sharers[nodeId] = strategies = [];
                strategies.Add(record.StrategyId);
            }

            _newestFirst = null;
        }
    }

    private Entry? Find(string strategyId)
    {
        lock (_gate) return _byId.GetValueOrDefault(strategyId);
    }

    private sealed record Entry(int Number, StrategyRecord Record, byte[] DagUtf8, DagReadOptions ReadOptions);
}
