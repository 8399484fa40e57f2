namespace Qmtl.Shared.NodeIds;

/// <summary>BLAKE3 in pieces.</summary>
public sealed class Blake3Hasher
{
    public void Append(ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public void Finish(Span<byte> output) => throw new NotSupportedException();
}
