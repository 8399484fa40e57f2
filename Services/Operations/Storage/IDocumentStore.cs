namespace Qmtl.Operations.Storage;

/// <summary>
/// The console's own durable store: small JSON documents by kind and id, changed by compare-and-set. Plans, jobs, accounts, keys, sessions and saved
/// views live here. Several consoles may share one; no lock in memory decides anything.
/// </summary>
public interface IDocumentStore
{
    /// <summary>Whether other processes may use the same store.</summary>
    bool IsShared { get; }

    Task<StoredDocument?> FindAsync(string kind, string id, CancellationToken cancellation);

    /// <summary>Documents of a kind, greatest <see cref="StoredDocument.Order"/> first, at most <see cref="DocumentQuery.Limit"/>.</summary>
    Task<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellation);

    /// <summary>How many documents of a kind carry a label, or how many there are.</summary>
    Task<long> CountAsync(string kind, string? label, CancellationToken cancellation);

    /// <summary>
    /// Does all writes or none, durable when it returns. False when a document is not of the expected version; then nothing was written and the
    /// caller reads again.
    /// </summary>
    Task<bool> CommitAsync(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation);

    /// <summary>The store's own clock, UTC: leases of several processes compare by it.</summary>
    Task<DateTimeOffset> NowAsync(CancellationToken cancellation);
}

/// <summary>A document as stored.</summary>
/// <param name="Version">From 1, one more with each write.</param>
/// <param name="Body">JSON text, exactly as written.</param>
/// <param name="Labels">Exact words that it can be listed by, for instance <c>state:confirmed</c>, <c>author:local:alice</c>.</param>
/// <param name="Order">Sort key, ordinal; equal keys sort by id.</param>
public sealed record StoredDocument(string Kind, string Id, long Version, string Body, IReadOnlyList<string> Labels, string Order);

/// <summary>A write.</summary>
/// <param name="ExpectedVersion">Version that was read; 0 when there must be none.</param>
/// <param name="Body">Null deletes.</param>
public sealed record DocumentWrite(string Kind, string Id, long ExpectedVersion, string? Body, IReadOnlyList<string> Labels, string Order = "");

/// <summary>Which documents to list.</summary>
public sealed record DocumentQuery(string Kind)
{
    /// <summary>Only those that carry all of these labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Only those after this one in the order of the list; null: from the start.</summary>
    public (string Order, string Id)? After { get; init; }

    /// <summary>1 to 10,000.</summary>
    public int Limit { get; init; } = 100;
}
