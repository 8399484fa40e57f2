using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>Finds the chain's keys: setting, file, or, on files alone, a file that is made.</summary>
public static class AuditKeyFile
{
    /// <summary>Where the key is that the console makes for itself on files.</summary>
    public static string OwnPath(string folder) => Path.Combine(folder, "audit", "key");

    /// <param name="create">Whether a missing own key is made; a mere reader never makes one.</param>
    /// <exception cref="StorageRefusedException">There is no key where one must be, or it is not 32 bytes.</exception>
    public static AuditKeys Load(AuditOptions audit, OperationsStorageOptions storage, bool create)
    {
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(storage);
        if (audit.Key is { Length: > 0 } text)
        {
            return new(AuditKey.Parse(text) ?? throw new StorageRefusedException($"Audit:Key is not a key: use {AuditKey.Length} bytes as base64 or as {AuditKey.Length * 2} hexadecimal digits, for instance from: openssl rand -base64 32"));
        }

        if (audit.KeyFile is { Length: > 0 } file) return Read(file, "Audit:KeyFile");
        if (storage.IsPostgres) throw new StorageRefusedException("Postgres:Connection is set, and neither Audit:Key nor Audit:KeyFile: the key must not lie in the database that it protects. Set one, 32 bytes as base64, for instance from: openssl rand -base64 32");
        var own = OwnPath(storage.Folder);
        if (File.Exists(own)) return Read(own, "The audit's own key file");
        if (!create) throw new StorageRefusedException($"{own} is not there: no console has kept an audit under this Storage:Path, or its key was removed.");
        var key = AuditKey.New();
        try
        {
            DurableFiles.CreateFolder(Path.GetDirectoryName(own)!);
            DurableFiles.Replace(own, System.Text.Encoding.ASCII.GetBytes(key.ToBase64() + "\n"));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException($"The audit's key {own} cannot be made: {problem.Message} Make the folder writable, or set Audit:KeyFile.");
        }

        return new(key);
    }

    /// <summary>What is wrong with a key file, or null.</summary>
    public static string? Problem(string path, string setting)
    {
        try
        {
            _ = Read(path, setting);
            return null;
        }
        catch (StorageRefusedException refused)
        {
            return refused.Errors[0];
        }
    }

    private static AuditKeys Read(string path, string setting)
    {
        string[] lines;
        try
        {
            lines = [.. File.ReadAllLines(path).Where(line => line.Trim().Length > 0)];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new StorageRefusedException($"{setting} \"{path}\" cannot be read: {problem.Message}");
        }

        var keys = lines.Select(AuditKey.Parse).ToArray();
        if (keys.Length == 0 || keys.Any(key => key is null))
        {
            throw new StorageRefusedException($"{setting} \"{path}\" does not hold a key: each line is {AuditKey.Length} bytes as base64 or as {AuditKey.Length * 2} hexadecimal digits, the key in force first, earlier ones after it.");
        }

        return new(keys[0]!, keys.Skip(1).Select(key => key!));
    }
}
