namespace Qmtl.Shared.Dags;

/// <summary>Reads and validates DAG documents.</summary>
public static class DagReader
{
    /// <summary>Reads a bare DAG or a submission envelope, plain or base64. Never throws on bad input: findings tell.</summary>
    public static DagDocument Read(ReadOnlyMemory<byte> utf8, DagReadOptions? options = null) => throw new NotSupportedException();
}
