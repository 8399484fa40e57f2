namespace Qmtl.Operations.Storage.Files;

/// <summary>Reads a file line by line as bytes.</summary>
internal static class LineFile
{
    /// <summary>Lines without their end; the last one is not whole when it has none. A line is valid until the next one is asked for.</summary>
    public static IEnumerable<(ReadOnlyMemory<byte> Line, bool IsWhole)> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
        var buffer = new byte[1 << 20];
        var held = 0;
        while (true)
        {
            if (held == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var read = stream.Read(buffer, held, buffer.Length - held);
            if (read == 0) break;
            var scanned = held;
            held += read;
            var start = 0;
            int end;
            while ((end = buffer.AsSpan(Math.Max(scanned, start), held - Math.Max(scanned, start)).IndexOf((byte)'\n')) >= 0)
            {
                end += Math.Max(scanned, start);
                yield return (buffer.AsMemory(start, end - start), true);
                start = end + 1;
            }

            buffer.AsSpan(start, held - start).CopyTo(buffer);
            held -= start;
        }

        if (held > 0) yield return (buffer.AsMemory(0, held), false);
    }
}
