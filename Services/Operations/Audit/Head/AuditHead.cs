using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.Operations.Audit.Chain;

namespace Qmtl.Operations.Audit.Head;

/// <summary>Where the chain ended at some time, kept where who can cut the audit cannot reach.</summary>
/// <param name="Mac">The record's code, 64 hexadecimal digits.</param>
public sealed record AuditHead(long Number, string Mac, string KeyId, DateTimeOffset At)
{
    /// <summary>One line of JSON with a code over what stands before it.</summary>
    internal string ToLine(AuditKey key)
    {
        var covered = string.Create(CultureInfo.InvariantCulture, $"{{\"head\":{Number},\"mac\":\"{Mac}\",\"key\":\"{KeyId}\",\"at\":\"{At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\"");
        return $"{covered},\"signed\":\"{Code(key, covered)}\"}}";
    }

    /// <summary>The head of a line, or null when it is not one, or not signed by a key that is known.</summary>
    internal static AuditHead? Read(string line, AuditKeys keys)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var head = new AuditHead(
                root.GetProperty("head").GetInt64(), root.GetProperty("mac").GetString()!, root.GetProperty("key").GetString()!, root.GetProperty("at").GetDateTimeOffset());
            var end = line.LastIndexOf(",\"signed\":\"", StringComparison.Ordinal);
            return end > 0 && keys.Find(head.KeyId) is { } key && root.GetProperty("signed").GetString() == Code(key, line[..end]) ? head : null;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Code(AuditKey key, string covered)
    {
        Span<byte> mac = stackalloc byte[32];
        key.Sign(Encoding.UTF8.GetBytes(covered), mac);
        return Convert.ToHexStringLower(mac);
    }
}

/// <summary>What a head target holds.</summary>
/// <param name="Ignored">Lines that are no heads or are not signed by a known key.</param>
internal sealed record AuditHeads(IReadOnlyList<AuditHead> Heads, int Ignored);

/// <summary>Where heads go.</summary>
internal interface IAuditHeadTarget
{
    /// <summary>For people, without credentials.</summary>
    string Place { get; }

    /// <exception cref="HeadTargetException"/>
    Task WriteAsync(AuditHead head, CancellationToken cancellation);

    /// <exception cref="HeadTargetException"/>
    Task<AuditHeads> ReadAsync(CancellationToken cancellation);
}

/// <summary>The head cannot be put there or read from there.</summary>
internal sealed class HeadTargetException(string message, Exception inner) : Exception(message, inner);
