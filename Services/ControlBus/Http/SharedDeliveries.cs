using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Qmtl.ControlBus.Http;

/// <summary>
/// Tells a frame that another open socket of the same Gateway has brought already: one without a world comes on each of them, and is one delivery. Equal bytes
/// on one and the same socket are two.
/// </summary>
/// <param name="capacity">Frames that are remembered.</param>
internal sealed class SharedDeliveries(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, StreamConnection> _broughtBy = [];
    private readonly Queue<UInt128> _order = new();

    public bool CameElsewhere(ReadOnlySpan<byte> frame, StreamConnection connection)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(frame, hash);
        var key = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        lock (_gate)
        {
            if (_broughtBy.TryGetValue(key, out var first))
            {
                if (first != connection && first.IsOpen) return true;
                _broughtBy[key] = connection;
                return false;
            }

            _broughtBy[key] = connection;
            _order.Enqueue(key);
            if (_order.Count > capacity) _broughtBy.Remove(_order.Dequeue());
            return false;
        }
    }
}
