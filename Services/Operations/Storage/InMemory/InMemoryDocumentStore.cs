namespace Qmtl.Operations.Storage.InMemory;

/// <summary>Documents in memory: for tests, and what the file store keeps its files' content in.</summary>
public sealed class InMemoryDocumentStore(TimeProvider time) : IDocumentStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, StoredDocument>> _kinds = new(StringComparer.Ordinal);

    public bool IsShared => false;

    public Task<StoredDocument?> FindAsync(string kind, string id, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(Current(kind, id));
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit);
        lock (_lock)
        {
            IEnumerable<StoredDocument> found = _kinds.GetValueOrDefault(query.Kind)?.Values.Where(document => query.Labels.All(document.Labels.Contains)) ?? [];
            if (query.After is { } after) found = found.Where(document => Compare(document, after) > 0);
            return Task.FromResult<IReadOnlyList<StoredDocument>>(
                [.. found.OrderByDescending(document => document.Order, StringComparer.Ordinal).ThenByDescending(document => document.Id, StringComparer.Ordinal).Take(query.Limit)]);
        }
    }

    public Task<long> CountAsync(string kind, string? label, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var all = _kinds.GetValueOrDefault(kind)?.Values;
            return Task.FromResult(all is null ? 0L : label is null ? all.Count : all.LongCount(document => document.Labels.Contains(label)));
        }
    }

    public Task<bool> CommitAsync(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(writes);
        lock (_lock)
        {
            if (writes.Any(write => (Current(write.Kind, write.Id)?.Version ?? 0) != write.ExpectedVersion)) return Task.FromResult(false);
            foreach (var write in writes) Apply(write);
            return Task.FromResult(true);
        }
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Task.FromResult(time.GetUtcNow());

    private StoredDocument? Current(string kind, string id) => _kinds.GetValueOrDefault(kind)?.GetValueOrDefault(id);

    private void Apply(DocumentWrite write)
    {
        if (write.Body is null)
        {
            _kinds.GetValueOrDefault(write.Kind)?.Remove(write.Id);
            return;
        }

        if (!_kinds.TryGetValue(write.Kind, out var kind)) _kinds[write.Kind] = kind = new(StringComparer.Ordinal);
        kind[write.Id] = new(write.Kind, write.Id, write.ExpectedVersion + 1, write.Body, write.Labels, write.Order);
    }

    /// <summary>Positive when the document comes after the place in a list that begins with the greatest.</summary>
    private static int Compare(StoredDocument document, (string Order, string Id) place)
    {
        var order = string.CompareOrdinal(place.Order, document.Order);
        return order != 0 ? order : string.CompareOrdinal(place.Id, document.Id);
    }
}
