using Qmtl.Shared.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>The checksum over a DAG's node ids (<c>node_ids_crc32</c>): CRC-32 over their UTF-8, one after the other without separator.</summary>
public static class NodeIdChecksum
{
    /// <summary>The checksum of the ids in this order; 0 for none. Half a surrogate pair counts as its three bytes.</summary>
    public static uint Of(IEnumerable<string> nodeIds)
    {
        ArgumentNullException.ThrowIfNull(nodeIds);
        var buffer = new Utf8Buffer(256);
        uint checksum = 0;
        foreach (var id in nodeIds)
        {
            buffer.Clear();
            JsonText.AppendUtf16(id, buffer);
            checksum = Crc32.Append(checksum, buffer.Written);
        }

        return checksum;
    }
}
