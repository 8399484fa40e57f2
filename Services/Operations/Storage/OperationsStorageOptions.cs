namespace Qmtl.Operations.Storage;

/// <summary>Where the console's own data lives, and its bounds.</summary>
public sealed class OperationsStorageOptions
{
    /// <summary>Folder of the console's files; always needed, because the audit's spool lies there with PostgreSQL too.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Setting <c>Postgres:Connection</c>; null: files.</summary>
    public string? PostgresConnection { get; set; }

    /// <summary>Setting <c>Postgres:MigrationConnection</c>; null: the tables must be there.</summary>
    public string? PostgresMigrationConnection { get; set; }

    /// <summary>Documents that the file store holds; they are all in memory. Further ones are refused.</summary>
    public int MaxDocuments { get; set; } = 1_000_000;

    /// <summary>Characters of all documents that the file store holds. Further ones are refused.</summary>
    public long MaxDocumentCharacters { get; set; } = 512L << 20;

    /// <summary>Commits that wait for the disk; further ones wait before they are taken.</summary>
    public int MaxWaitingCommits { get; set; } = 10_000;

    public bool IsPostgres => !string.IsNullOrWhiteSpace(PostgresConnection);
}
