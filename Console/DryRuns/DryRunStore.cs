using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.Console.Api;
using Qmtl.Console.Storage;

namespace Qmtl.Console.DryRuns;

/// <summary>What became of a result that was asked for.</summary>
public enum DryRunLookup
{
    Found,

    /// <summary>The text is no id.</summary>
    NotAnId,

    /// <summary>Older than results are kept.</summary>
    Expired,

    /// <summary>Of an age at which results are kept, yet not here: dropped to make room, or made by another console.</summary>
    NotHere,

    /// <summary>The file is damaged.</summary>
    Damaged,
}

/// <summary>A found result, or what became of it and when.</summary>
public sealed record DryRunFind(DryRunLookup Outcome, DryRunReport? Report, DateTimeOffset? MadeAt, DateTimeOffset? ExpiresAt);

/// <summary>
/// Keeps dry-run results as files, so that a link survives a restart. Bounded in age, number and bytes; the oldest go first.
/// One file a result: a header with lengths and SHA-256 sums, then the report and the DAG, each compressed. Files appear whole (written beside, then renamed).
/// </summary>
public sealed class DryRunStore(IOptions<StorageOptions> storage, IOptions<LimitsOptions> limits, TimeProvider time, ILogger<DryRunStore> log)
{
    private const string Extension = ".dryrun";
    private const int HeaderLength = 8 + (2 * sizeof(long)) + (2 * SHA256.HashSizeInBytes);
    private static readonly byte[] Magic = "QMTLDRY1"u8.ToArray();

    private readonly string _folder = Path.Combine(storage.Value.Folder, "dry-runs");
    private readonly Lock _eviction = new();

    /// <summary>How long results are kept.</summary>
    public TimeSpan Kept => TimeSpan.FromHours(limits.Value.DryRunHours);

    /// <summary>Stores a report with the DAG it is about, then drops what exceeds the bounds.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async Task SaveAsync(DryRunReport report, ReadOnlyMemory<byte> dag, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        var target = FileOf(report.Id);
        var unfinished = target + ".part";
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, 128 * 1024, FileOptions.Asynchronous))
            {
                file.Position = HeaderLength;
                var first = await PackAsync(file, stream => JsonSerializer.SerializeAsync(stream, report, ApiJson.Options, cancellation), cancellation);
                var second = await PackAsync(file, stream => stream.WriteAsync(dag, cancellation).AsTask(), cancellation);
                var header = Header(first, second);
                file.Position = 0;
                await file.WriteAsync(header, cancellation);
                await file.FlushAsync(cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, target);
        }
        catch
        {
            TryDelete(unfinished);
            throw;
        }

        Evict();
    }

    /// <summary>Finds a report.</summary>
    public async Task<DryRunFind> FindAsync(string? id, CancellationToken cancellation)
    {
        var (find, bytes) = await OpenAsync(id, part: 0, cancellation);
        if (bytes is null)
        {
            return find;
        }

        try
        {
            await using (bytes)
            {
                var report = await JsonSerializer.DeserializeAsync<DryRunReport>(bytes, ApiJson.Options, cancellation);
                return report is null ? find with { Outcome = DryRunLookup.Damaged } : find with { Report = report };
            }
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            return Damaged(find, id!, error.Message);
        }
    }

    /// <summary>Opens the decoded DAG of a result.</summary>
    /// <returns>The stream when the outcome is found; the caller disposes it.</returns>
    public Task<(DryRunFind Find, Stream? Dag)> OpenDagAsync(string? id, CancellationToken cancellation) => OpenAsync(id, part: 1, cancellation);

    /// <summary>Drops what is expired or exceeds the bounds. Also called on every save.</summary>
    public void Evict()
    {
        lock (_eviction)
        {
            if (!Directory.Exists(_folder))
            {
                return;
            }

            var now = time.GetUtcNow();
            var kept = 0;
            long bytes = 0;
            foreach (var file in new DirectoryInfo(_folder).EnumerateFiles().OrderByDescending(file => file.Name, StringComparer.Ordinal).ToList())
            {
                var isResult = file.Extension == Extension && DryRunId.TryReadTime(Path.GetFileNameWithoutExtension(file.Name), out _);
                if (!isResult)
                {
                    // What a write left behind when the process ended in the middle of it.
                    if (file.Extension == ".part" && now - file.LastWriteTimeUtc > TimeSpan.FromHours(1))
                    {
                        TryDelete(file.FullName);
                    }

                    continue;
                }

                DryRunId.TryReadTime(Path.GetFileNameWithoutExtension(file.Name), out var made);
                kept++;
                bytes += file.Length;
                if (made + Kept <= now || kept > limits.Value.DryRunResults || (bytes > limits.Value.DryRunBytes && kept > 1))
                {
                    TryDelete(file.FullName);
                    kept--;
                    bytes -= file.Length;
                }
            }
        }
    }

    private async Task<(DryRunFind Find, Stream? Content)> OpenAsync(string? id, int part, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (!DryRunId.TryReadTime(id, out var made) || made > now + TimeSpan.FromMinutes(5))
        {
            return (new(DryRunLookup.NotAnId, null, null, null), null);
        }

        var find = new DryRunFind(DryRunLookup.Found, null, made, made + Kept);
        if (find.ExpiresAt <= now)
        {
            return (find with { Outcome = DryRunLookup.Expired }, null);
        }

        FileStream file;
        try
        {
            file = new FileStream(FileOf(id!), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return (find with { Outcome = DryRunLookup.NotHere }, null);
        }

        await using (file)
        {
            var packed = await ReadPartAsync(file, part, cancellation);
            return packed is null
                ? (Damaged(find, id!, "lengths or checksum do not fit"), null)
                : (find, new BrotliStream(new MemoryStream(packed, writable: false), CompressionMode.Decompress));
        }
    }

    /// <summary>The compressed bytes of a part; null when the file is not what was written.</summary>
    private static async Task<byte[]?> ReadPartAsync(FileStream file, int part, CancellationToken cancellation)
    {
        var header = new byte[HeaderLength];
        if (await file.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellation) < HeaderLength || !header.AsSpan().StartsWith(Magic))
        {
            return null;
        }

        var lengths = new[] { BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(8)), BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16)) };
        if (lengths[0] < 0 || lengths[1] < 0 || lengths[0] > file.Length || lengths[1] > file.Length || HeaderLength + lengths[0] + lengths[1] != file.Length)
        {
            return null;
        }

        file.Position = HeaderLength + (part == 0 ? 0 : lengths[0]);
        var packed = GC.AllocateUninitializedArray<byte>((int)lengths[part]);
        await file.ReadExactlyAsync(packed, cancellation);
        var expected = header.AsMemory(8 + (2 * sizeof(long)) + (part * SHA256.HashSizeInBytes), SHA256.HashSizeInBytes);
        return SHA256.HashData(packed).AsSpan().SequenceEqual(expected.Span) ? packed : null;
    }

    private static async Task<PackedPart> PackAsync(FileStream file, Func<Stream, Task> write, CancellationToken cancellation)
    {
        var start = file.Position;
        using var sum = SHA256.Create();
        await using (var summed = new CryptoStream(file, sum, CryptoStreamMode.Write, leaveOpen: true))
        {
            // Quality 1: a 64-MiB DAG is packed in well under a second, to about a tenth.
            await using (var packed = new BrotliStream(summed, new BrotliCompressionOptions { Quality = 1 }, leaveOpen: true))
            {
                await write(packed);
            }

            await summed.FlushFinalBlockAsync(cancellation);
        }

        return new(file.Position - start, sum.Hash!);
    }

    private static byte[] Header(PackedPart first, PackedPart second)
    {
        var header = new byte[HeaderLength];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), first.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), second.Length);
        first.Sum.CopyTo(header.AsSpan(8 + (2 * sizeof(long))));
        second.Sum.CopyTo(header.AsSpan(8 + (2 * sizeof(long)) + SHA256.HashSizeInBytes));
        return header;
    }

    private DryRunFind Damaged(DryRunFind find, string id, string why)
    {
        log.LogWarning("Dry-run result {Id} is damaged: {Why}", id, why);
        return find with { Outcome = DryRunLookup.Damaged };
    }

    private void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(error, "Cannot delete {File}", file);
        }
    }

    private string FileOf(string id) => Path.Combine(_folder, id + Extension);

    private readonly record struct PackedPart(long Length, byte[] Sum);
}
