using Microsoft.Extensions.Configuration;
using Npgsql;
using Qmtl.Operations.Audit.Chain;

namespace Qmtl.Operations.Storage;

/// <summary>Checks the settings <c>Postgres:*</c> and <c>Audit:*</c> as far as that goes without reaching anything.</summary>
public static class OperationsSettings
{
    /// <param name="folder">Where the console's files lie, in full.</param>
    /// <returns>All errors, each with the name, what is wrong and what to do; never a secret.</returns>
    public static IReadOnlyList<string> Errors(IConfiguration configuration, string folder)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var errors = new List<string>();
        var connection = configuration["Postgres:Connection"] is { Length: > 0 } text ? text : null;
        var migration = configuration["Postgres:MigrationConnection"] is { Length: > 0 } other ? other : null;
        if (connection is not null && ConnectionProblem(connection) is { } problem) errors.Add($"Postgres:Connection {problem}");
        if (migration is not null && ConnectionProblem(migration) is { } wrong) errors.Add($"Postgres:MigrationConnection {wrong}");
        if (migration is not null && connection is null) errors.Add("Postgres:MigrationConnection is set, but Postgres:Connection is not: it only makes the tables that the other uses. Set both, or remove it.");

        var key = configuration["Audit:Key"] is { Length: > 0 } given ? given : null;
        var keyFile = configuration["Audit:KeyFile"] is { Length: > 0 } file ? file : null;
        if (key is not null && keyFile is not null) errors.Add("Audit:Key and Audit:KeyFile are both set: set one.");
        if (key is not null && AuditKey.Parse(key) is null) errors.Add($"Audit:Key is \"…\": use {AuditKey.Length} bytes as base64 or as {AuditKey.Length * 2} hexadecimal digits, for instance from: openssl rand -base64 32");
        if (key is null && keyFile is not null && AuditKeyFile.Problem(keyFile, "Audit:KeyFile") is { } unreadable) errors.Add(unreadable);
        if (connection is not null && key is null && keyFile is null)
        {
            errors.Add("Postgres:Connection is set, but neither Audit:Key nor Audit:KeyFile: the audit's key must not lie in the database that it protects. Set one, 32 bytes as base64, for instance from: openssl rand -base64 32");
        }

        if (configuration["Audit:HeadTarget"] is { Length: > 0 } head && HeadProblem(head, folder) is { } inside) errors.Add($"Audit:HeadTarget is \"{WithoutCredentials(head)}\": {inside}");
        return errors;
    }

    private static string? ConnectionProblem(string connection)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connection);
            if (string.IsNullOrEmpty(builder.Host)) return "names no Host: use Host=…;Database=…;Username=…;Password=…";
            if (string.IsNullOrEmpty(builder.Username)) return "names no Username: use Host=…;Database=…;Username=…;Password=…";
            return string.IsNullOrEmpty(builder.Database) ? "names no Database: use Host=…;Database=…;Username=…;Password=…" : null;
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            // Not the message: it can hold a piece of the value.
            return "is not a connection string: use Host=…;Database=…;Username=…;Password=…";
        }
    }

    private static string? HeadProblem(string target, string folder)
    {
        if (target.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) return "use https, so that nobody on the way changes the head.";
        if (target.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(target, UriKind.Absolute, out var url) && url.Host.Length > 0 ? null : "use an address like https://host/path or a file.";
        }

        try
        {
            var full = Resolved(Path.GetFullPath(target));
            if (Directory.Exists(full)) return "this is a folder; name a file.";
            var inside = Path.GetRelativePath(Resolved(folder), full);
            return inside == ".." || inside.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) || Path.IsPathRooted(inside)
                ? null
                : $"this is inside Storage:Path ({folder}): who can cut the audit there could cut the head with it. Use a file elsewhere, best on another machine, or an https address.";
        }
        catch (Exception problem) when (problem is ArgumentException or IOException or NotSupportedException or UnauthorizedAccessException)
        {
            return "use a path or an https address.";
        }
    }

    /// <summary>A path with its links followed, as far as it exists.</summary>
    private static string Resolved(string path)
    {
        var resolved = Path.GetPathRoot(path)!;
        foreach (var part in path[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            var link = Directory.Exists(next) ? new DirectoryInfo(next).ResolveLinkTarget(true) : File.Exists(next) ? new FileInfo(next).ResolveLinkTarget(true) : null;
            resolved = link?.FullName ?? next;
        }

        return resolved;
    }

    private static string WithoutCredentials(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.UserInfo.Length > 0 ? $"{url.Scheme}://…@{url.Authority}{url.AbsolutePath}" : value;
}
