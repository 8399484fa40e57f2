namespace Qmtl.Shared.Dags;

/// <summary>
/// Which QMTL a DAG was written for. It decides how node ids are computed and which fields are required.
/// </summary>
public enum DagGeneration
{
    /// <summary>The 2025 releases: ids are 64 hex digits (SHA-256 over the world, type and three hashes).</summary>
    Older,

    /// <summary>The 2026 releases: ids are <c>blake3:</c> and 64 (after a collision 128) hex digits.</summary>
    Newer,
}
