using System.Collections.Frozen;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations;

/// <summary>The operations that services plugged in, by kind.</summary>
public sealed class OperationCatalogue
{
    private readonly FrozenDictionary<string, IOperation> _byKind;

    /// <exception cref="ArgumentException">Two operations have the same kind.</exception>
    public OperationCatalogue(IEnumerable<IOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        All = [.. operations.OrderBy(operation => operation.Kind.Name, StringComparer.Ordinal)];
        _byKind = All.ToFrozenDictionary(operation => operation.Kind.Name, StringComparer.Ordinal);
    }

    /// <summary>By name of the kind.</summary>
    public IReadOnlyList<IOperation> All { get; }

    /// <summary>The operation of a kind, or null.</summary>
    public IOperation? Find(string kind) => _byKind.GetValueOrDefault(kind);
}
