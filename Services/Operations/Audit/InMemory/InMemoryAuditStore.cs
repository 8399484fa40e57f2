using System.Runtime.CompilerServices;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.InMemory;

/// <summary>The chain in memory, for tests of what stands on it.</summary>
internal sealed class InMemoryAuditStore : IAuditStore
{
    private readonly Lock _lock = new();
    private readonly List<byte[]> _lines = [];
    private ChainEnd _end = ChainEnd.Empty;

    public string Name => "memory";

    public string Place => "memory";

    /// <summary>Set to have appends fail.</summary>
    public string? Failure { get; set; }

    public Task OpenAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task<ChainLines> AppendAsync(Func<ChainEnd, ChainLines> compose, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (Failure is { } failure) throw new AuditUnavailableException(failure);
            var lines = compose(_end);
            for (var index = 0; index < lines.Starts.Count; index++) _lines.Add(lines.Line(index).ToArray());
            _end = lines.End;
            return Task.FromResult(lines);
        }
    }

    public Task<ChainEnd> EndAsync(CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(_end);
    }

    public IReadOnlyList<NumberRange> RangesBackwards(long last) => last > 0 ? [new(1, last)] : [];

    public async IAsyncEnumerable<AuditChunk> ReadAsync(NumberRange range, long place, [EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[] bytes;
        lock (_lock) bytes = [.. _lines.Skip((int)range.First - 1).Take((int)Math.Min(int.MaxValue, range.Last - range.First + 1)).SelectMany(line => line.Append((byte)'\n'))];
        await Task.CompletedTask;
        if (bytes.Length > 0) yield return new(bytes, Place, 0);
    }

    public Task<IReadOnlyList<byte[]?>> FetchAsync(IReadOnlyList<AuditPosition> positions, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<byte[]?>>([.. positions.Select(position => position.Number <= _lines.Count ? _lines[(int)position.Number - 1] : null)]);
    }
}
