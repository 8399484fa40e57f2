using System.Globalization;
using Qmtl.Operations.Audit.Chain;

namespace Qmtl.Operations.Audit.Files;

/// <summary>Finds where the chain ends in its last file.</summary>
internal static class SegmentEnd
{
    /// <summary>Longer than any line: fields are bounded.</summary>
    public const int MaxLine = 1 << 20;

    /// <param name="needsLineEnd">Whether the file's last line has no end.</param>
    public static ChainEnd Find(IReadOnlyList<AuditSegment> segments, AuditKeys keys, out bool needsLineEnd)
    {
        needsLineEnd = false;
        var unreadable = 0;
        ChainTrouble? trouble = null;
        for (var index = segments.Count - 1; index >= 0; index--)
        {
            var segment = segments[index];
            if (segment.Length == 0) continue;
            var tail = Tail(segment);
            var lines = tail;
            if (index == LastWithContent(segments))
            {
                var end = tail.LastIndexOf((byte)'\n') + 1;
                if (end < tail.Length)
                {
                    needsLineEnd = true;
                    var torn = tail[end..];
                    // A whole record that lacks its line end alone is no loss.
                    if (AuditLine.TryRead(torn, out var whole) && keys.Find(whole.KeyId) is { } key && whole.IsSignedBy(key)) return ChainEnd.Of(torn, keys, segment.Name);
                    trouble = new(AuditActions.Torn, string.Create(CultureInfo.InvariantCulture, $"The last line of {segment.Name} was not whole, {torn.Length} bytes at {segment.Length - torn.Length}: the console was stopped while it wrote."));
                    lines = tail[..end];
                }
            }

            while (lines.Length > 0)
            {
                var start = lines[..^1].LastIndexOf((byte)'\n') + 1;
                var line = lines[start..^1];
                if (AuditLine.TryRead(line, out _))
                {
                    var end = ChainEnd.Of(line, keys, segment.Name);
                    if (unreadable > 0)
                    {
                        trouble = new(AuditActions.Break, string.Create(CultureInfo.InvariantCulture, $"{unreadable} line(s) after record {end.Number} in {segments[^1].Name} cannot be read as records."));
                    }

                    return end with { Number = end.Number + unreadable, Trouble = unreadable > 0 ? trouble : end.Trouble ?? trouble };
                }

                unreadable++;
                lines = lines[..start];
            }
        }

        if (unreadable > 0) trouble = new(AuditActions.Break, $"No line of the audit can be read as a record; {unreadable} were there.");
        return ChainEnd.Empty with { Number = unreadable, Trouble = trouble };
    }

    private static int LastWithContent(IReadOnlyList<AuditSegment> segments)
    {
        for (var index = segments.Count - 1; index >= 0; index--)
        {
            if (segments[index].Length > 0) return index;
        }

        return -1;
    }

    private static ReadOnlySpan<byte> Tail(AuditSegment segment)
    {
        using var handle = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var length = (int)Math.Min(segment.Length, MaxLine * 2L);
        var bytes = new byte[length];
        var read = 0;
        while (read < length)
        {
            var count = RandomAccess.Read(handle, bytes.AsSpan(read), segment.Length - length + read);
            if (count == 0) break;
            read += count;
        }

        var tail = bytes.AsSpan(0, read);
        // The first line of the piece is not whole unless the piece is the file.
        return length == segment.Length ? tail : tail[(tail.IndexOf((byte)'\n') + 1)..];
    }
}
