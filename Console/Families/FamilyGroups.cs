using System.Collections.Frozen;
using System.Text.Json;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Families;

/// <summary>
/// Families that users gave to submissions whose <c>meta</c> names none: strategy id to family name. One document of the console's own store, so that
/// consoles which share one show the same; QMTL never sees it.
/// </summary>
public sealed class FamilyGroups(IDocumentStore store, TimeProvider time)
{
    /// <summary>The kind of operation that changes a group.</summary>
    public const string OperationKind = "strategy.family";

    /// <summary>How many submissions can be grouped.</summary>
    public const int MaxEntries = 10_000;

    /// <summary>Longest family name, in UTF-16 units.</summary>
    public const int MaxName = 100;

    internal const string DocumentKind = "console";
    internal const string DocumentId = "families";

    private const int MaxTries = 20;

    private readonly Lock _taking = new();
    private volatile FrozenDictionary<string, string> _groups = FrozenDictionary<string, string>.Empty;
    private long _version;

    /// <summary>The names by strategy id, as last read or written. A snapshot, swapped whole.</summary>
    public IReadOnlyDictionary<string, string> Current => _groups;

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Problem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > MaxName || name.Any(char.IsControl) ? $"A family name has at most {MaxName} characters and no control characters." : null;
    }

    /// <summary>Reads what other consoles did.</summary>
    public async Task RefreshAsync(CancellationToken cancellation) => await ReadAsync(cancellation);

    /// <summary>The family of a submission as stored now, or null.</summary>
    public async Task<string?> OfAsync(string strategyId, CancellationToken cancellation) => (await ReadAsync(cancellation)).Groups.GetValueOrDefault(strategyId);

    /// <summary>Gives a submission a family; an empty name takes it away.</summary>
    /// <param name="ticket">Of kind <see cref="OperationKind"/>, for the strategy as target and item.</param>
    /// <exception cref="RailTicketRefusedException">The ticket is for something else, or expired; nothing changed.</exception>
    /// <exception cref="ArgumentException">The name is too long or holds control characters.</exception>
    /// <exception cref="InvalidOperationException">The bound of <see cref="MaxEntries"/> is reached, or others change families all the time; nothing changed.</exception>
    public async Task AssignAsync(string strategyId, string? name, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        ticket.Require(OperationKind, strategyId, strategyId, time.GetUtcNow());
        var trimmed = name?.Trim() ?? "";
        if (Problem(trimmed) is { } problem) throw new ArgumentException(problem, nameof(name));
        await ChangeAsync(
            groups =>
            {
                if (trimmed.Length == 0) return groups.Remove(strategyId);
                groups[strategyId] = trimmed;
                return true;
            },
            cancellation);
    }

    /// <summary>Takes in what an earlier version kept in a file. What is grouped in the store already stays as it is.</summary>
    internal Task ImportAsync(IReadOnlyDictionary<string, string> earlier, CancellationToken cancellation) =>
        ChangeAsync(
            groups =>
            {
                var before = groups.Count;
                foreach (var (strategyId, family) in earlier) groups.TryAdd(strategyId, family);
                return groups.Count > before;
            },
            cancellation);

    /// <param name="change">False when nothing is to be written.</param>
    private async Task ChangeAsync(Func<Dictionary<string, string>, bool> change, CancellationToken cancellation)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (stored, version) = await ReadAsync(cancellation);
            var groups = new Dictionary<string, string>(stored, StringComparer.Ordinal);
            if (!change(groups)) return;
            if (groups.Count > MaxEntries) throw new InvalidOperationException($"{MaxEntries:N0} submissions are grouped already. Take some out of their family first.");
            if (!await store.CommitAsync([new(DocumentKind, DocumentId, version, JsonSerializer.Serialize(groups), [])], cancellation)) continue;
            Take(groups.ToFrozenDictionary(StringComparer.Ordinal), version + 1);
            return;
        }

        throw new InvalidOperationException("Other consoles change families at the same time, again and again. Try again.");
    }

    private async Task<(FrozenDictionary<string, string> Groups, long Version)> ReadAsync(CancellationToken cancellation)
    {
        var document = await store.FindAsync(DocumentKind, DocumentId, cancellation);
        if (document is null) return (FrozenDictionary<string, string>.Empty, 0);
        lock (_taking)
        {
            if (document.Version == _version) return (_groups, _version);
        }

        var groups = (JsonSerializer.Deserialize<Dictionary<string, string>>(document.Body) ?? []).ToFrozenDictionary(StringComparer.Ordinal);
        Take(groups, document.Version);
        return (groups, document.Version);
    }

    private void Take(FrozenDictionary<string, string> groups, long version)
    {
        lock (_taking)
        {
            // Two readers may overtake each other; the newer version stays.
            if (version > _version) (_groups, _version) = (groups, version);
        }
    }
}
