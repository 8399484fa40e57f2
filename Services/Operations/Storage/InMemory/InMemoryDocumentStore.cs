namespace Qmtl.Operations.Storage.InMemory;

/// <summary>Documents in memory: for tests, and what the file store keeps its file's content in.</summary>
public sealed class InMemoryDocumentStore(TimeProvider time) : IDocumentStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DocumentsOfKind> _kinds = new(StringComparer.Ordinal);

    public bool IsShared => false;

    /// <summary>How many documents there are.</summary>
    public int Count { get; private set; }

    /// <summary>Characters of all bodies.</summary>
    public long Characters { get; private set; }

    public Task<StoredDocument?> FindAsync(string kind, string id, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(Current(kind, id));
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellation)
    {
        DocumentRules.Check(query);
        lock (_lock) return Task.FromResult(_kinds.GetValueOrDefault(query.Kind)?.List(query) ?? []);
    }

    public Task<long> CountAsync(string kind, string? label, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(_kinds.GetValueOrDefault(kind)?.CountOf(label) ?? 0L);
    }

    public Task<bool> CommitAsync(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation)
    {
        DocumentRules.Check(writes);
        lock (_lock)
        {
            if (writes.Any(write => (Current(write.Kind, write.Id)?.Version ?? 0) != write.ExpectedVersion)) return Task.FromResult(false);
            foreach (var write in writes) Apply(write);
            return Task.FromResult(true);
        }
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Task.FromResult(time.GetUtcNow());

    /// <summary>The version of a document now; 0 when there is none.</summary>
    internal long VersionOf(string kind, string id)
    {
        lock (_lock) return Current(kind, id)?.Version ?? 0;
    }

    /// <summary>Takes over what a journal says, without asking for versions.</summary>
    internal void Restore(IEnumerable<DocumentWrite> writes)
    {
        lock (_lock)
        {
            foreach (var write in writes) Apply(write);
        }
    }

    internal List<StoredDocument> All()
    {
        lock (_lock) return [.. _kinds.Values.SelectMany(kind => kind.All)];
    }

    private StoredDocument? Current(string kind, string id) => _kinds.GetValueOrDefault(kind)?.Find(id);

    private void Apply(DocumentWrite write)
    {
        if (!_kinds.TryGetValue(write.Kind, out var kind)) _kinds[write.Kind] = kind = new();
        var before = kind.Find(write.Id);
        var after = write.Body is null ? null : new StoredDocument(write.Kind, write.Id, write.ExpectedVersion + 1, write.Body, [.. write.Labels], write.Order);
        kind.Replace(before, after);
        Count += (after is null ? 0 : 1) - (before is null ? 0 : 1);
        Characters += (after?.Body.Length ?? 0) - (before?.Body.Length ?? 0);
    }
}
