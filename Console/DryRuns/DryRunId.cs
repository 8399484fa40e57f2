using System.Security.Cryptography;

namespace Qmtl.Console.DryRuns;

/// <summary>
/// Id of a dry-run result: 26 characters of Crockford's base32 in lower case, the first ten the time in milliseconds, the rest random.
/// It carries its time so that an expired result is told from one that never was, and cannot be guessed.
/// </summary>
public static class DryRunId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TimeLength = 10;
    private const int Length = 26;

    public static string New(DateTimeOffset now) => string.Create(Length, now.ToUnixTimeMilliseconds(), static (text, time) =>
    {
        Span<byte> random = stackalloc byte[Length - TimeLength];
        RandomNumberGenerator.Fill(random);
        for (var i = TimeLength - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(time & 31)];
            time >>= 5;
        }

        for (var i = 0; i < random.Length; i++)
        {
            text[TimeLength + i] = Alphabet[random[i] & 31];
        }
    });

    /// <summary>The time an id carries; false when the text is no id at all.</summary>
    public static bool TryReadTime(string? id, out DateTimeOffset time)
    {
        time = default;
        if (id is not { Length: Length })
        {
            return false;
        }

        long milliseconds = 0;
        for (var i = 0; i < Length; i++)
        {
            var digit = Alphabet.IndexOf(id[i], StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            if (i < TimeLength)
            {
                milliseconds = (milliseconds << 5) | (uint)digit;
            }
        }

        if (milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }
}
