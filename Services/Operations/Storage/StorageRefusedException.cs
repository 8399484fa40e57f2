namespace Qmtl.Operations.Storage;

/// <summary>The console's own store cannot be used as it is set up; the console does not start.</summary>
public sealed class StorageRefusedException(IReadOnlyList<string> errors)
    : Exception("The console's own store cannot be used:" + string.Concat(errors.Select(error => $"{Environment.NewLine}  - {error}")))
{
    public StorageRefusedException(string error)
        : this([error])
    {
    }

    /// <summary>All of them, each with what is wrong, where and what to do.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}

/// <summary>The store cannot be written or read now. Nothing was written.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
