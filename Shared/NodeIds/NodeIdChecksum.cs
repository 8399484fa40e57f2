namespace Qmtl.Shared.NodeIds;

/// <summary>CRC-32 (zlib) over node ids.</summary>
public static class NodeIdChecksum
{
    public static uint Of(IEnumerable<string> nodeIds) => throw new NotSupportedException();
}
