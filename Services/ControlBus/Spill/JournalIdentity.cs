using System.Text.Json;

namespace Qmtl.ControlBus.Spill;

/// <summary>
/// Under which name the sequences of a journal are known. A journal that was closed in order keeps its name. One that was not may have told readers of
/// events that never reached the disk: it goes on under a new name, and the old one stays good up to what the disk had.
/// </summary>
internal sealed record JournalIdentity(string Id, long? ClosedAt, IReadOnlyList<FormerJournal> Former)
{
    private const string FileName = "journal.json";
    private const int MaxFormer = 50;

    public static JournalIdentity New(IReadOnlyList<FormerJournal>? former = null) => new(Guid.NewGuid().ToString("N")[..12], null, former ?? []);

    /// <summary>The identity for a journal whose newest event on disk has this sequence.</summary>
    public static JournalIdentity Open(string folder, long newest)
    {
        var found = Read(folder);
        var identity = found switch
        {
            null => New(),
            { ClosedAt: { } closed } when closed == newest => found with { ClosedAt = null },
            _ => New([.. found.Former.Append(new(found.Id, newest)).TakeLast(MaxFormer)]),
        };
        identity.Write(folder);
        return identity;
    }

    /// <summary>Whether a sequence that was told under a name is the same event here.</summary>
    public bool Knows(string id, long sequence) => id == Id || Former.Any(former => former.Id == id && sequence <= former.UpTo);

    public void Write(string folder)
    {
        var file = Path.Combine(folder, FileName);
        var next = file + ".new";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(this));
        File.Move(next, file, overwrite: true);
    }

    private static JournalIdentity? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalIdentity>(File.ReadAllBytes(Path.Combine(folder, FileName)));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            // A damaged name is as good as none: sequences told under it are unknown.
            return null;
        }
    }
}

/// <param name="UpTo">Sequences up to here are the same events.</param>
internal sealed record FormerJournal(string Id, long UpTo);
