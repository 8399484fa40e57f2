using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Qmtl.Console.Security;

/// <summary>Tokens that are handed out once and stored as hashes.</summary>
public static class Secrets
{
    /// <summary>256 random bits, base64url, 43 characters.</summary>
    public static string NewToken()
    {
        Span<byte> bytes = stackalloc byte[32];
        RandomNumberGenerator.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>SHA-256, base64url, 43 characters. Enough for secrets of 256 random bits; passwords need a slow hash.</summary>
    public static string Hash(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }
}
