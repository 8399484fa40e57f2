using System.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>
/// Parameter names that do not enter a node id, at any depth and in any case: they say where, when or with what luck a node
/// runs, not what it computes.
/// </summary>
internal static class ExcludedParameters
{
    private static readonly byte[][][] ByLength = Group(
        "world", "world_id", "world_ids", "execution_world", "execution_domain", "domain", "domains", "as_of", "partition",
        "dataset_fingerprint", "timestamp", "seed", "random_state", "env");

    /// <summary>Whether the name (UTF-8) is excluded. None of the names has a letter that a character beyond ASCII lower-cases to.</summary>
    public static bool Contains(ReadOnlySpan<byte> name)
    {
        if (name.Length >= 4 && Ascii.EqualsIgnoreCase(name[..4], "env_"u8)) return true;
        if (name.Length >= ByLength.Length) return false;
        foreach (var excluded in ByLength[name.Length])
        {
            if (Ascii.EqualsIgnoreCase(name, excluded)) return true;
        }

        return false;
    }

    private static byte[][][] Group(params string[] names)
    {
        var groups = new byte[names.Max(n => n.Length) + 1][][];
        for (var length = 0; length < groups.Length; length++)
            groups[length] = [.. names.Where(n => n.Length == length).Select(Encoding.ASCII.GetBytes)];
        return groups;
    }
}
