using Qmtl.Shared.NodeIds;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Compares a submitted id with the one the fields give.</summary>
internal sealed class NodeIdCheck
{
    private const string VerifiedWords = "The id equals what the node's fields give.";

    /// <summary>How many collisions are tried before an id of double length counts as wrong.</summary>
    private const int MaxCollisions = 8;

    public static NodeIdVerdict OlderWithoutFields { get; } =
        new(NodeIdState.NotVerifiable, null, "Older SDKs do not write config_hash, which the id is made of; the Gateway does not check such an id either.");

    private readonly byte[] _hash = new byte[32];
    private readonly char[] _hex = new char[64];

    /// <summary>Verdict on a newer id by the node's canonical form.</summary>
    public NodeIdVerdict Newer(ReadOnlySpan<byte> canonical, string nodeId)
    {
        Blake3.Hash(canonical, _hash);
        Convert.TryToHexStringLower(_hash, _hex, out _);
        var prefix = NodeIdentity.NewerPrefix;
        if (nodeId.Length == prefix.Length + _hex.Length && nodeId.StartsWith(prefix, StringComparison.Ordinal) && nodeId.AsSpan(prefix.Length).SequenceEqual(_hex))
            return new NodeIdVerdict(NodeIdState.Verified, nodeId, VerifiedWords);
        var expected = string.Concat(prefix, _hex);
        if (nodeId.Length != prefix.Length + 128) return new NodeIdVerdict(NodeIdState.Mismatch, expected, "");
        for (var n = 1; n <= MaxCollisions; n++)
        {
            if (nodeId == NodeIdentity.NewerAfterCollisions(canonical, n))
                return new NodeIdVerdict(NodeIdState.Mismatch, expected, $"The submitted id is the one after {n} collision(s), which the Gateway does not accept.");
        }

        return new NodeIdVerdict(NodeIdState.Mismatch, expected, "");
    }

    /// <summary>Verdict on an older id. Tag queries are exempt from the check there.</summary>
    public static NodeIdVerdict Older(string worldId, string type, string code, string config, string schema, string nodeId)
    {
        string expected;
        try
        {
            expected = NodeIdentity.Older(worldId, type, code, config, schema);
        }
        catch (NodeIdRefusedException refused)
        {
            return new NodeIdVerdict(NodeIdState.Refused, null, refused.Message);
        }

        if (nodeId == expected) return new NodeIdVerdict(NodeIdState.Verified, nodeId, VerifiedWords);
        if (nodeId == NodeIdentity.Older(worldId, type, code, config, schema, new HashSet<string> { expected }))
            return new NodeIdVerdict(NodeIdState.Mismatch, expected, "The submitted id is the one after a collision, which the Gateway does not accept.");
        return type == "TagQueryNode"
            ? new NodeIdVerdict(NodeIdState.NotVerifiable, expected, "The older Gateway does not check the ids of tag queries.")
            : new NodeIdVerdict(NodeIdState.Mismatch, expected, "");
    }
}
