using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>Writes records into the chain. What waits at the same time shares one durable write.</summary>
internal sealed class AuditLog : IAuditLog, IAsyncDisposable
{
    private readonly IAuditStore _store;
    private readonly DenialCounter _denials;
    private readonly ChainWriter _chain;
    private readonly AuditOptions _options;
    private readonly ILogger<AuditLog> _log;
    private readonly SemaphoreSlim _room;
    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writer;

    public AuditLog(IAuditStore store, DenialCounter denials, ChainWriter chain, IOptions<AuditOptions> options, ILogger<AuditLog> log)
    {
        _store = store;
        _denials = denials;
        _chain = chain;
        _options = options.Value;
        _log = log;
        _room = new(_options.MaxWaiting, _options.MaxWaiting);
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Raised after records were stored.</summary>
    public event Action? Appended;

    public Task AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(records);
        return StoreAsync(_denials.Pass(records), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writer;
        _room.Dispose();
    }

    /// <summary>Stores records as they are, denials one by one.</summary>
    internal async Task StoreAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation)
    {
        if (records.Count == 0) return;
        var waiting = new Waiting([.. records.Select(record => AuditRecordJson.Write(record with { Parameters = ParameterMask.Apply(record.Parameters) }))]);
        // One place for each append whatever its length: an append larger than all room would wait for ever.
        await _room.WaitAsync(cancellation);
        try
        {
            if (!_waiting.Writer.TryWrite(waiting)) throw new AuditUnavailableException("The audit is closed: the console is stopping.");
            // Not cancelled from here on: it may be on its way to the disk.
            await waiting.Done.Task;
        }
        finally
        {
            _room.Release();
        }

        Appended?.Invoke();
    }

    private async Task WriteAsync()
    {
        var batch = new List<Waiting>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            var count = 0;
            while (count < _options.MaxBatch && _waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
                count += next.Records.Count;
            }

            await StoreBatchAsync(batch);
        }
    }

    private async Task StoreBatchAsync(List<Waiting> batch)
    {
        try
        {
            var records = batch.Count == 1 ? batch[0].Records : [.. batch.SelectMany(waiting => waiting.Records)];
            await _store.AppendAsync(end => _chain.Continue(end, records), CancellationToken.None);
            foreach (var waiting in batch) waiting.Done.TrySetResult();
        }
        catch (Exception problem)
        {
            var unavailable = problem as AuditUnavailableException ?? new AuditUnavailableException($"The audit cannot be written: {problem.Message}", problem);
            if (problem is not AuditUnavailableException) _log.LogError(problem, "The audit cannot be written");
            foreach (var waiting in batch) waiting.Done.TrySetException(unavailable);
        }
    }

    private sealed class Waiting(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        public IReadOnlyList<ReadOnlyMemory<byte>> Records { get; } = records;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
