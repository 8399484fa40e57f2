using System.Buffers;
using System.Globalization;
using System.Text;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Storage.Files;
using Qmtl.Shared.NodeIds;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Spool;

/// <summary>
/// One file of records that wait. It holds its length from the start, so that records still fit when the disk is full; it is written over, never
/// shortened, and ends at the first zero byte. Lines: <c>3f2a91c0 {…}</c>, CRC-32 and JSON; the first names what it holds.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly FileStream _file;
    private readonly List<AuditRecord> _records = [];
    private long _length;

    private SpoolFile(FileStream file, string id)
    {
        _file = file;
        Id = id;
    }

    /// <summary>Names this filling; another after <see cref="Clear"/>.</summary>
    public string Id { get; private set; }

    public string Path => _file.Name;

    public IReadOnlyList<AuditRecord> Records => _records;

    /// <summary>Lines that could not be read.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Makes a new one.</summary>
    public static SpoolFile Create(string folder, int reserved)
    {
        DurableFiles.CreateFolder(folder);
        var id = Guid.NewGuid().ToString("N");
        var path = System.IO.Path.Combine(folder, $"spool-{id}.jsonl");
        var file = new FileStream(path, DurableFiles.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        var spool = new SpoolFile(file, id);
        try
        {
            // Real zeros: a hole would need room later.
            var zeros = new byte[64 << 10];
            for (var written = 0; written < reserved; written += zeros.Length) file.Write(zeros);
        }
        catch (IOException)
        {
            // The disk is full already; what room there is must do.
        }

        spool.Clear();
        DurableFiles.SyncFolder(folder);
        return spool;
    }

    /// <summary>Opens what another process left; null while that still holds it, or when it holds nothing that can be read.</summary>
    public static SpoolFile? TryAdopt(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, DurableFiles.Options(FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }

        var content = new byte[file.Length];
        file.ReadExactly(content);
        var end = Array.IndexOf(content, (byte)0);
        var spool = new SpoolFile(file, "");
        spool.Read(content.AsSpan(0, end < 0 ? content.Length : end));
        return spool;
    }

    public void Append(IReadOnlyList<AuditRecord> records, long maxBytes)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var record in records) Line(lines, AuditRecordJson.Write(record with { Parameters = ParameterMask.Apply(record.Parameters) }).Span);
        if (_length + lines.WrittenCount + 1 > maxBytes) throw new IOException(string.Create(CultureInfo.InvariantCulture, $"the spool holds {_length:N0} bytes, near its bound of {maxBytes:N0}."));
        var before = _length;
        lines.Write("\0"u8);
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, lines.WrittenSpan, before);
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }
        catch
        {
            TryEndAt(before);
            throw;
        }

        _length = before + lines.WrittenCount - 1;
        _records.AddRange(records);
    }

    /// <summary>Makes it empty, under another name.</summary>
    public void Clear()
    {
        Id = Guid.NewGuid().ToString("N");
        var line = new ArrayBufferWriter<byte>();
        Line(line, Encoding.ASCII.GetBytes($"{{\"spool\":\"{Id}\"}}"));
        var length = line.WrittenCount;
        line.Write("\0"u8);
        RandomAccess.Write(_file.SafeFileHandle, line.WrittenSpan, 0);
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        _length = length;
        _records.Clear();
        Unreadable = 0;
    }

    public void Delete()
    {
        var path = _file.Name;
        _file.Dispose();
        File.Delete(path);
    }

    public void Dispose() => _file.Dispose();

    private static void Line(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        output.Write(Encoding.ASCII.GetBytes(Crc32.Append(0, json).ToString("x8", CultureInfo.InvariantCulture)));
        output.Write(" "u8);
        output.Write(json);
        output.Write("\n"u8);
    }

    private void Read(ReadOnlySpan<byte> content)
    {
        while (content.Length > 0)
        {
            var end = content.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? [] : content[(end + 1)..];
            var json = line.Length > 9 ? line[9..] : [];
            var isWhole = end >= 0 && json.Length > 0
                && uint.TryParse(line[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum) && sum == Crc32.Append(0, json);
            if (isWhole && json.StartsWith("{\"spool\":\""u8))
            {
                Id = Encoding.ASCII.GetString(json[10..^2]);
            }
            else if (isWhole && AuditRecordJson.Read(json) is { } record)
            {
                _records.Add(record);
            }
            else
            {
                Unreadable++;
            }
        }
    }

    private void TryEndAt(long length)
    {
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, "\0"u8, length);
        }
        catch (IOException)
        {
        }
    }
}
