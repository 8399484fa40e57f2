using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.Console.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Families;

/// <summary>
/// Families that users gave to submissions whose <c>meta</c> names none: strategy id to family name. The console's own, kept as one file under
/// <c>Storage:Path</c>; QMTL never sees it.
/// </summary>
public sealed class FamilyGroups(IOptions<StorageOptions> storage, TimeProvider time, ILogger<FamilyGroups> log) : IDisposable
{
    /// <summary>The kind of operation that changes a group.</summary>
    public const string OperationKind = "strategy.family";

    /// <summary>How many submissions can be grouped.</summary>
    public const int MaxEntries = 10_000;

    /// <summary>Longest family name, in UTF-16 units.</summary>
    public const int MaxName = 100;

    private readonly string _file = Path.Combine(storage.Value.Folder, "families.json");
    private readonly SemaphoreSlim _writing = new(1, 1);
    private FrozenDictionary<string, string>? _groups;

    /// <summary>The names by strategy id. A snapshot, swapped whole. Empty while the file cannot be read; it is tried again at the next call.</summary>
    public IReadOnlyDictionary<string, string> Current
    {
        get
        {
            try
            {
                return Stored();
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                log.LogError(problem, "The families in {File} cannot be read now; families given by users are unknown until they can.", _file);
                return FrozenDictionary<string, string>.Empty;
            }
        }
    }

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Problem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > MaxName || name.Any(char.IsControl) ? $"A family name has at most {MaxName} characters and no control characters." : null;
    }

    /// <summary>The family of a submission, or null.</summary>
    /// <exception cref="IOException">The file cannot be read now.</exception>
    public string? Of(string strategyId) => Stored().GetValueOrDefault(strategyId);

    /// <summary>Gives a submission a family; an empty name takes it away.</summary>
    /// <param name="ticket">Of kind <see cref="OperationKind"/>, for the strategy as target and item.</param>
    /// <exception cref="RailTicketRefusedException">The ticket is for something else, or expired; nothing changed.</exception>
    /// <exception cref="ArgumentException">The name is too long or holds control characters.</exception>
    /// <exception cref="InvalidOperationException">The bound of <see cref="MaxEntries"/> is reached.</exception>
    /// <exception cref="IOException">The file cannot be read or written; nothing changed.</exception>
    public async Task AssignAsync(string strategyId, string? name, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        ticket.Require(OperationKind, strategyId, strategyId, time.GetUtcNow());
        var trimmed = name?.Trim() ?? "";
        if (Problem(trimmed) is { } problem) throw new ArgumentException(problem, nameof(name));

        await _writing.WaitAsync(cancellation);
        try
        {
            var groups = new Dictionary<string, string>(Stored(), StringComparer.Ordinal);
            if (trimmed.Length == 0)
            {
                groups.Remove(strategyId);
            }
            else
            {
                groups[strategyId] = trimmed;
            }

            if (groups.Count > MaxEntries)
            {
                throw new InvalidOperationException($"{MaxEntries:N0} submissions are grouped already. Take some out of their family first.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            var unfinished = _file + ".part";
            await File.WriteAllBytesAsync(unfinished, JsonSerializer.SerializeToUtf8Bytes(groups), cancellation);
            File.Move(unfinished, _file, overwrite: true);
            _groups = groups.ToFrozenDictionary(StringComparer.Ordinal);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    // A file that cannot be read is not an empty one: what is in it must not be overwritten by the next grouping.
    private FrozenDictionary<string, string> Stored() => _groups ??= Load();

    private FrozenDictionary<string, string> Load()
    {
        if (!File.Exists(_file))
        {
            return FrozenDictionary<string, string>.Empty;
        }

        try
        {
            var groups = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(_file)) ?? [];
            return groups.ToFrozenDictionary(StringComparer.Ordinal);
        }
        catch (JsonException problem)
        {
            var aside = $"{_file}.damaged";
            log.LogError(problem, "The families in {File} are damaged. The file is kept as {Aside}; families given by users are unknown until it is repaired.", _file, aside);
            File.Move(_file, aside, overwrite: true);
            return FrozenDictionary<string, string>.Empty;
        }
    }
}
