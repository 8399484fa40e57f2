namespace Qmtl.Shared.NodeIds;

/// <summary>Execution domains and their aliases.</summary>
public static class ExecutionDomains
{
    public static string Resolve(string? value) => throw new NotSupportedException();
}
