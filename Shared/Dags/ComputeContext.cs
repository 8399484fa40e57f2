namespace Qmtl.Shared.Dags;

/// <summary>The context a node is computed in. It goes into the compute key, never into the node id.</summary>
/// <param name="WorldId">World, or null.</param>
/// <param name="ExecutionDomain">As given (aliases not yet resolved), or null.</param>
/// <param name="AsOf">Point in time of the data, or null.</param>
/// <param name="Partition">Partition, or null.</param>
/// <param name="DatasetFingerprint">Data set; does not enter the compute key.</param>
public sealed record ComputeContext(
    string? WorldId = null,
    string? ExecutionDomain = null,
    string? AsOf = null,
    string? Partition = null,
    string? DatasetFingerprint = null)
{
    public static ComputeContext Empty { get; } = new();
}
