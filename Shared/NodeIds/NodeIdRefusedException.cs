namespace Qmtl.Shared.NodeIds;

/// <summary>QMTL's own id function refuses the node: there is no id.</summary>
/// <param name="pythonError">The exception QMTL raises: <c>ValueError</c>, <c>TypeError</c>, ….</param>
/// <param name="message">Why, in words.</param>
public sealed class NodeIdRefusedException(string pythonError, string message) : Exception(message)
{
    /// <summary>The exception QMTL raises: <c>ValueError</c>, <c>TypeError</c>, ….</summary>
    public string PythonError { get; } = pythonError;
}

/// <summary>Why there is no id, where no exception is wanted.</summary>
/// <param name="PythonError">The exception QMTL raises.</param>
/// <param name="Message">Why, in words.</param>
internal sealed record NodeIdRefusal(string PythonError, string Message)
{
    public NodeIdRefusedException ToException() => new(PythonError, Message);
}
