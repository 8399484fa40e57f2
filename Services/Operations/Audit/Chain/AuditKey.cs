using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>A key of the chain.</summary>
public sealed class AuditKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    private readonly byte[] _key;

    private AuditKey(byte[] key)
    {
        _key = key;
        // Tells keys apart and tells nothing of the key.
        Id = Convert.ToHexStringLower(HMACSHA256.HashData(key, "qmtl-console audit key id"u8).AsSpan(0, AuditLine.KeyIdLength / 2));
        IdBytes = Encoding.ASCII.GetBytes(Id);
    }

    /// <summary>16 hexadecimal digits that name it.</summary>
    public string Id { get; }

    internal byte[] IdBytes { get; }

    public static AuditKey New() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>A key from base64 or hexadecimal text, or null when it is not 32 bytes in either.</summary>
    public static AuditKey? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        try
        {
            if (trimmed.Length == Length * 2 && trimmed.All(char.IsAsciiHexDigit)) return new(Convert.FromHexString(trimmed));
            if (!Base64.IsValid(trimmed, out var length) || length != Length) return null;
            return new(Convert.FromBase64String(trimmed));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>As it stands in a key file.</summary>
    internal string ToBase64() => Convert.ToBase64String(_key);

    /// <summary>For many texts one after the other on one thread: the key is taken in once, which halves what a short text costs.</summary>
    internal IncrementalHash NewSigner() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);

    /// <summary>HMAC-SHA-256 of a text; 32 bytes.</summary>
    internal void Sign(ReadOnlySpan<byte> text, Span<byte> mac) => HMACSHA256.HashData(_key, text, mac);
}

/// <summary>The key in force and the earlier ones that are still known.</summary>
public sealed class AuditKeys
{
    private readonly Dictionary<string, AuditKey> _byId;

    public AuditKeys(AuditKey current, params IEnumerable<AuditKey> earlier)
    {
        ArgumentNullException.ThrowIfNull(current);
        Current = current;
        _byId = earlier.Prepend(current).DistinctBy(key => key.Id).ToDictionary(key => key.Id, StringComparer.Ordinal);
    }

    public AuditKey Current { get; }

    public AuditKey? Find(string id) => _byId.GetValueOrDefault(id);

    internal AuditKey? Find(ReadOnlySpan<byte> id)
    {
        if (id.SequenceEqual(Current.IdBytes)) return Current;
        foreach (var key in _byId.Values)
        {
            if (id.SequenceEqual(key.IdBytes)) return key;
        }

        return null;
    }
}
