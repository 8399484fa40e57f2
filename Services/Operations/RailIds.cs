using System.Security.Cryptography;

namespace Qmtl.Operations;

/// <summary>Short ids that nobody can guess.</summary>
internal static class RailIds
{
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>16 characters, 79 bits.</summary>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, 16);
}
