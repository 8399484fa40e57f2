namespace Qmtl.Shared.NodeIds;

/// <summary>QMTL's own id function refuses the node: there is no id.</summary>
/// <param name="pythonError">The exception QMTL raises: <c>ValueError</c>, <c>TypeError</c>, ….</param>
/// <param name="message">Why, in words.</param>
public sealed class NodeIdRefusedException(string pythonError, string message) : Exception(message)
{
    /// <summary>The exception QMTL raises: <c>ValueError</c>, <c>TypeError</c>, ….</summary>
    public string PythonError { get; } = pythonError;
}
