namespace Qmtl.Operations.Storage;

/// <summary>A store that must be opened before the console serves.</summary>
internal interface IStorageOpening
{
    /// <summary>Opens it; again is nothing.</summary>
    /// <exception cref="StorageRefusedException">It cannot be used as it is set up.</exception>
    Task OpenAsync(CancellationToken cancellation);
}
