using System.Security.Cryptography;
using System.Text;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>What a person confirms and approves: SHA-256 over the very bytes that are stored, with who made the plan and what it must pass.</summary>
internal static class PlanDigest
{
    /// <summary>Hex, lower case.</summary>
    public static string Of(Plan plan, string content, IEnumerable<string> items)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Part("qmtl plan 1");
        Part(plan.Id);
        Part(plan.Author.UserId);
        Part(plan.Undoes ?? "");
        Part(RailJson.Write(new Bound(plan.Content.Kind, plan.Permission, plan.Danger, plan.Repeat, plan.Policy)));
        Part(content);
        foreach (var text in items) Part(text);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // The length before each part: no two lists of parts have the same bytes.
        void Part(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(bytes.LongLength)));
            hash.AppendData(bytes);
        }
    }

    /// <summary>Whether what somebody read is this plan.</summary>
    public static bool Same(string digest, string? read) =>
        read is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(digest), Encoding.UTF8.GetBytes(read.Trim()));

    private sealed record Bound(string Kind, string Permission, OperationDanger Danger, OperationRepeat Repeat, PlanPolicy Policy);
}
