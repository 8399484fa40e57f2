using System.Globalization;
using System.Text;

namespace Qmtl.Operations.Storage.Files;

/// <summary>
/// Held by the one process that may use the console's files, from opening until it ends, however it ends: the operating system takes the lock of
/// a process that is gone.
/// </summary>
public sealed class StorageLock : IDisposable
{
    private readonly Lock _taking = new();
    private FileStream? _held;

    /// <param name="folder">The console's folder of files.</param>
    public StorageLock(string folder) => Path = PathIn(folder);

    public string Path { get; }

    public static string PathIn(string folder) => System.IO.Path.Combine(folder, "console", "lock");

    /// <summary>Takes the lock; again is nothing.</summary>
    /// <exception cref="StorageRefusedException">Another process holds it, or the folder cannot be written.</exception>
    public void Take()
    {
        lock (_taking)
        {
            if (_held is not null) return;
            // A look at who holds it is a lock too, for an instant.
            for (var attempt = 1; !TryTake(isLast: attempt == 5); attempt++) Thread.Sleep(20);
        }
    }

    private bool TryTake(bool isLast)
    {
        FileStream? stream = null;
        try
        {
            DurableFiles.CreateFolder(System.IO.Path.GetDirectoryName(Path)!);
            stream = new FileStream(Path, DurableFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            // Beside the lock, which nobody else can open while it is held.
            File.WriteAllText(Path + ".holder", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Encoding.ASCII);
            _held = stream;
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            if (!isLast) return false;
            throw new StorageRefusedException(Holder(Path) is { } holder
                ? $"{Path} is locked by {holder}: one process only can use the files under Storage:Path. Stop that process, give this one another Storage:Path, or set Postgres:Connection, which several may share."
                : $"{Path} cannot be locked: {problem.Message} Make the folder writable for this user, or set Storage:Path to one that is.");
        }
    }

    /// <summary>Who holds the lock, "process 123" or "another process"; null when nobody does. Changes nothing.</summary>
    public static string? Holder(string path)
    {
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)) return null;
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            // Held: a shared lock was refused.
        }

        try
        {
            return int.TryParse(File.ReadAllText(path + ".holder", Encoding.ASCII).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? $"process {id}" : "another process";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }
}
