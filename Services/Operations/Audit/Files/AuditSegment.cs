using System.Globalization;

namespace Qmtl.Operations.Audit.Files;

/// <summary>One file of the audit; named by the number of its first record, so that names sort as the chain goes.</summary>
internal sealed class AuditSegment(string path, long first)
{
    private long _length;

    public string Path { get; } = path;

    public long First { get; } = first;

    /// <summary>Bytes that are durable.</summary>
    public long Length
    {
        get => Volatile.Read(ref _length);
        set => Volatile.Write(ref _length, value);
    }

    public string Name => System.IO.Path.GetFileName(Path);

    public static AuditSegment At(string folder, long first) =>
        new(System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"audit-{first:D16}.jsonl")), first);

    /// <summary>The segments of a folder in order.</summary>
    public static List<AuditSegment> List(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        var segments = new List<AuditSegment>();
        foreach (var path in Directory.EnumerateFiles(folder, "audit-*.jsonl"))
        {
            var digits = System.IO.Path.GetFileNameWithoutExtension(path).AsSpan(6);
            if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var first)) continue;
            segments.Add(new(path, first) { Length = new FileInfo(path).Length });
        }

        segments.Sort((left, right) => left.First.CompareTo(right.First));
        return segments;
    }
}
