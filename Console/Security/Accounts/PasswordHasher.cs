using System.Globalization;
using System.Security.Cryptography;

namespace Qmtl.Console.Security.Accounts;

/// <summary>Makes and checks hashes of passwords. Slow on purpose.</summary>
public interface IPasswordHasher
{
    /// <summary>A hash with its own salt.</summary>
    string Hash(string password);

    /// <summary>Whether a password belongs to a hash; takes as long when it does not.</summary>
    bool Verify(string password, string hash);
}

/// <summary>
/// PBKDF2 with HMAC-SHA-256. Stored as <c>pbkdf2-sha256$600000$&lt;salt&gt;$&lt;hash&gt;</c>, both base64, so that the number of rounds can grow.
/// </summary>
public sealed class PasswordHasher : IPasswordHasher
{
    public const int Rounds = 600_000;
    private const string Name = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    public string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Derive(password, salt, Rounds);
        return string.Create(CultureInfo.InvariantCulture, $"{Name}${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <exception cref="FormatException">The stored hash is not in this form.</exception>
    public bool Verify(string password, string hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        var parts = hash.Split('$');
        if (parts is not [Name, _, _, _] || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds < Rounds)
        {
            throw new FormatException("A stored password hash is not in the form pbkdf2-sha256$rounds$salt$hash with at least 600000 rounds.");
        }

        return CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromBase64String(parts[2]), rounds), Convert.FromBase64String(parts[3]));
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) => Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, HashBytes);
}
