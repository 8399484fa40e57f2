using System.Globalization;

namespace Qmtl.ControlBus.Spill;

/// <summary>A file of records. Its name tells when it was begun and the sequence that its first event has: <c>20261121T140509Z-000000000001.events</c>.</summary>
internal sealed record SpillSegment(string File, DateTimeOffset BegunAt, long First)
{
    public const string Extension = ".events";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public static string NameOf(DateTimeOffset begunAt, long first) =>
        string.Create(CultureInfo.InvariantCulture, $"{begunAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{first:D12}{Extension}");

    /// <summary>Segments of a folder, oldest first. Other files are left alone.</summary>
    public static IReadOnlyList<SpillSegment> In(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*" + Extension).Select(Parse).OfType<SpillSegment>().OrderBy(segment => segment.First).ThenBy(segment => segment.BegunAt),
    ];

    /// <summary>Its records in order, up to the first that is cut off or damaged.</summary>
    /// <param name="damage">Called with what is wrong, when the file does not end behind a whole record.</param>
    public IEnumerable<SpillRecord> Read(Action<string>? damage = null)
    {
        using var stream = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 256 * 1024, FileOptions.SequentialScan);
        var header = new byte[SpillFormat.HeaderBytes];
        var body = new byte[4096];
        while (true)
        {
            var at = stream.Position;
            var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (read == 0) yield break;
            var length = read < header.Length ? -1 : BitConverter.ToInt32(header, 0);
            if (length is <= 0 or > SpillFormat.MaxBytes)
            {
                damage?.Invoke(Words(at, read < header.Length ? "it is cut off" : "it has an impossible length"));
                yield break;
            }

            if (body.Length < length) body = new byte[Math.Max(length, body.Length * 2)];
            if (stream.ReadAtLeast(body.AsSpan(0, length), length, throwOnEndOfStream: false) < length)
            {
                damage?.Invoke(Words(at, "it is cut off"));
                yield break;
            }

            if (Parse(body, length, BitConverter.ToUInt32(header, 4)) is not { } record)
            {
                damage?.Invoke(Words(at, "its checksum does not fit"));
                yield break;
            }

            yield return record;
        }
    }

    private string Words(long at, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(File)}: the record at byte {at} cannot be read, {what}. What follows it in this file is lost.");

    private static SpillRecord? Parse(byte[] body, int length, uint checksum)
    {
        if (SpillFormat.Crc(body.AsSpan(0, length)) != checksum) return null;
        try
        {
            return SpillFormat.Read(body, length);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static SpillSegment? Parse(string file)
    {
        var parts = Path.GetFileNameWithoutExtension(file).Split('-');
        return parts.Length == 2
            && DateTimeOffset.TryParseExact(parts[0], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var begun)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                ? new(file, begun, first)
                : null;
    }
}
