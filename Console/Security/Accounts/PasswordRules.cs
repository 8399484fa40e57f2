using System.Collections.Frozen;

namespace Qmtl.Console.Security.Accounts;

/// <summary>What a password must be: long, not the user's name, not one that everybody tries. Nothing about kinds of characters.</summary>
public static class PasswordRules
{
    public const int Shortest = 12;
    public const int Longest = 1_024;

    // Of at least 12 characters: shorter ones are refused by length.
    private static readonly FrozenSet<string> Common = new[]
    {
        "123456789012", "1234567890123", "12345678901234", "123456789123", "1234567891234", "012345678910", "0123456789012", "qwertyuiop12", "qwertyuiop123",
        "qwertyuiop[]", "qwertyuiopasdf", "qwertyuiopasdfghjkl", "qwerty123456", "qwerty1234567", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv",
        "qazwsxedcrfv", "zaq12wsxcde3", "asdfghjkl123", "asdfghjkl;'", "asdfghjkl1234", "password1234", "password12345", "password123456", "passwordpassword", "password2024",
        "password2025", "password2026", "passw0rd1234", "p@ssw0rd1234", "p@ssword1234", "mypassword12", "mypassword123", "changeme1234", "changemeplease", "changemechangeme",
        "letmein12345", "letmein123456", "letmeinplease", "welcome12345", "welcome123456", "welcometohell", "administrator", "administrator1", "administrator123", "administrator!",
        "admin1234567", "admin12345678", "adminadminadmin", "adminpassword", "rootrootroot", "iloveyou1234", "iloveyouforever", "iloveyou12345", "abcdefghijkl", "abcdefghijklm",
        "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz", "abc123456789", "abcd12345678", "aaaaaaaaaaaa", "111111111111", "000000000000", "999999999999", "112233445566", "121212121212",
        "123123123123", "123412341234", "123321123321", "102030405060", "987654321098", "098765432109", "0987654321098", "superman1234", "princess1234", "football1234", "baseball1234",
        "monkeymonkey", "dragondragon", "sunshine1234", "trustno1trustno1", "correcthorsebatterystaple", "correct horse battery staple", "secretsecret", "secret123456", "default12345",
        "testtesttest", "test12345678", "testpassword", "qmtlqmtlqmtl", "qmtl-console", "qmtlconsole1", "qmtlpassword",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong and what to do, or null.</summary>
    public static string? Problem(string? password, string userName)
    {
        if (string.IsNullOrEmpty(password) || password.Length < Shortest) return $"The password has {password?.Length ?? 0} characters; use at least {Shortest}. Several words are good.";
        if (password.Length > Longest) return $"The password has {password.Length} characters; use at most {Longest}.";
        if (password.Equals(userName, StringComparison.OrdinalIgnoreCase)) return "The password is the user name; use another.";
        if (Common.Contains(password.Trim())) return "This password is among the first that everybody tries; use another.";
        return password.Distinct().Count() < 4 ? "The password repeats the same few characters; use others besides." : null;
    }
}
