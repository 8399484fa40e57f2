using Qmtl.Operations.Audit.Chain;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>Where the chain's lines live. Nothing is ever changed or removed.</summary>
internal interface IAuditStore
{
    /// <summary>"files", "PostgreSQL" or "memory".</summary>
    string Name { get; }

    /// <summary>Where exactly, for people, without credentials.</summary>
    string Place { get; }

    Task OpenAsync(CancellationToken cancellation);

    /// <summary>
    /// Takes the store's lock, reads where the chain ends, has the lines made and stores them, all of them durable when it returns. A process that is
    /// killed before can leave the first of them in files; PostgreSQL keeps all or none.
    /// </summary>
    /// <exception cref="AuditUnavailableException">Nothing was stored.</exception>
    Task<ChainLines> AppendAsync(Func<ChainEnd, ChainLines> compose, CancellationToken cancellation);

    /// <summary>Where the chain ends now.</summary>
    Task<ChainEnd> EndAsync(CancellationToken cancellation);

    /// <summary>Stretches of numbers that are read well in one go, newest first, to fill the index from the newest record backwards.</summary>
    IReadOnlyList<NumberRange> RangesBackwards(long last);

    /// <summary>Stored lines in order. A chunk is valid until the next is asked for.</summary>
    /// <param name="range">Numbers; lines that cannot be read count as the number after the one before.</param>
    /// <param name="place">Where the first of them is, when known; -1 when not.</param>
    IAsyncEnumerable<AuditChunk> ReadAsync(NumberRange range, long place, CancellationToken cancellation);

    /// <summary>Single lines without their ends, in the order asked for; null where there is none.</summary>
    Task<IReadOnlyList<byte[]?>> FetchAsync(IReadOnlyList<AuditPosition> positions, CancellationToken cancellation);
}

/// <summary>Numbers from first to last, both included.</summary>
internal readonly record struct NumberRange(long First, long Last)
{
    public static NumberRange All { get; } = new(1, long.MaxValue);
}

/// <summary>Where a record is stored.</summary>
/// <param name="Place">What the store needs to find it: segment and offset in files.</param>
internal readonly record struct AuditPosition(long Number, long Place);

/// <summary>Lines as stored, each with its end.</summary>
/// <param name="Where">File or table, for people.</param>
/// <param name="Place">Of the first byte.</param>
/// <param name="IsTorn">Whether these bytes are the end of the file after the last whole line.</param>
internal readonly record struct AuditChunk(ReadOnlyMemory<byte> Lines, string Where, long Place, bool IsTorn = false);
