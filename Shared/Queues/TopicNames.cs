using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Queues;

/// <summary>
/// The naming rule of queues (Kafka topics): <c>[world.domain.]asset_Type_hash_version[_sim]</c>, as QMTL applies it. Where that
/// gives names Kafka refuses, <see cref="AsciiAsset"/> and <see cref="AsciiVersion"/> give the ones it takes.
/// </summary>
public static class TopicNames
{
    /// <summary>What stands for the asset where no tag gives one.</summary>
    public const string DefaultAsset = "asset";

    /// <summary>The version where none is given.</summary>
    public const string DefaultVersion = "v1";

    private const int ShortestHash = 8;
    private const int ShortestOlderHash = 6;
    private const int LastNumber = 9999;

    /// <summary>
    /// A name in the newer generation: the hash is the first 8 characters of the node id's digest; while the name is taken 2 more,
    /// at full length <c>-1</c> to <c>-9999</c>.
    /// </summary>
    /// <param name="asset">Asset, taken as it is.</param>
    /// <param name="nodeType">Node type, taken as it is.</param>
    /// <param name="nodeId">Node id with or without <c>blake3:</c>.</param>
    /// <param name="version">Version label, taken as it is; see <see cref="Version(string?)"/>.</param>
    /// <param name="topicNamespace">Namespace as <see cref="Namespace(string?)"/> gives it, or null.</param>
    /// <param name="dryRun">Appends <c>_sim</c>.</param>
    /// <param name="existing">Whether a name is taken; null: none is.</param>
    /// <param name="legacyCodeHash">Where given and a name with its first 6 characters exists, that one is the answer.</param>
    /// <exception cref="InvalidOperationException">All names are taken.</exception>
    public static string Build(
        string asset, string nodeType, string nodeId, string version, string? topicNamespace = null,
        bool dryRun = false, Func<string, bool>? existing = null, string? legacyCodeHash = null)
    {
        string Name(string hash) => WithNamespace($"{asset}_{nodeType}_{hash}_{version}{(dryRun ? "_sim" : "")}", topicNamespace);
        if (!string.IsNullOrEmpty(legacyCodeHash) && existing is not null)
        {
            var legacy = Name(legacyCodeHash[..Math.Min(ShortestOlderHash, legacyCodeHash.Length)]);
            if (existing(legacy)) return legacy;
        }

        return FirstFree(Digest(nodeId), ShortestHash, Name, existing);
    }

    /// <summary>A name in the older generation: <c>asset_Type_hash_v1[_sim]</c> with the first 6 characters of the code hash.</summary>
    /// <exception cref="InvalidOperationException">All names are taken.</exception>
    public static string Older(string nodeType, string codeHash, bool dryRun = false, Func<string, bool>? existing = null)
        => FirstFree(codeHash, ShortestOlderHash, hash => $"{DefaultAsset}_{nodeType}_{hash}_{DefaultVersion}{(dryRun ? "_sim" : "")}", existing);

    /// <summary>Puts the namespace in front, unless it is there already.</summary>
    public static string WithNamespace(string topic, string? topicNamespace)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (string.IsNullOrEmpty(topicNamespace)) return topic;
        var prefix = topicNamespace + ".";
        return topic.StartsWith(prefix, StringComparison.Ordinal) ? topic : prefix + topic;
    }

    /// <summary>The asset QMTL takes from a node's tags: the first that has letters or digits (of any script), <c>_</c> or <c>-</c>, in lower case.</summary>
    public static string Asset(IEnumerable<string> tags) => FirstUsable(tags, PythonText.IsAlphanumeric);

    /// <summary>The asset in the characters Kafka takes: as <see cref="Asset"/>, without letters and digits beyond ASCII.</summary>
    public static string AsciiAsset(IEnumerable<string> tags) => FirstUsable(tags, rune => rune.IsAscii && PythonText.IsAlphanumeric(rune));

    /// <summary>A namespace from <c>meta.topic_namespace</c>: text, or an object with <c>world</c> and <c>domain</c>. Null where it gives none.</summary>
    public static string? Namespace(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Namespace(JsonText.StringOrNull(value)),
        JsonValueKind.Object => Namespace(Either(value, "world"u8, "world_id"u8), Either(value, "domain"u8, "execution_domain"u8)),
        _ => null,
    };

    /// <summary>A namespace from text: parts between dots, lower-cased, other characters <c>-</c>. Null where nothing is left.</summary>
    public static string? Namespace(string? value)
    {
        if (value is null) return null;
        var parts = value.Split('.').Select(NamespaceSegment).Where(part => part.Length > 0).ToArray();
        return parts.Length == 0 ? null : string.Join('.', parts);
    }

    /// <summary>The namespace <c>world.domain</c>; null unless both leave something.</summary>
    public static string? Namespace(string? world, string? domain)
    {
        var worldPart = NamespaceSegment(world ?? "");
        var domainPart = NamespaceSegment(domain ?? "");
        return worldPart.Length == 0 || domainPart.Length == 0 ? null : $"{worldPart}.{domainPart}";
    }

    /// <summary>
    /// A version label as QMTL puts it into names: trimmed, characters other than letters and digits (of any script), <c>-</c>, <c>_</c>
    /// and <c>.</c> become <c>-</c>, none of the three at the ends; <c>v1</c> where nothing is left.
    /// </summary>
    public static string Version(string? version) => CleanVersion(version, PythonText.IsAlphanumeric);

    /// <summary>As <see cref="Version(string?)"/>, letters and digits beyond ASCII becoming <c>-</c> as well.</summary>
    public static string AsciiVersion(string? version) => CleanVersion(version, rune => rune.IsAscii && PythonText.IsAlphanumeric(rune));

    private static string FirstFree(string digest, int shortest, Func<string, string> name, Func<string, bool>? existing)
    {
        for (var length = shortest; length <= digest.Length; length += 2)
        {
            var candidate = name(digest[..length]);
            if (existing is null || !existing(candidate)) return candidate;
        }

        var full = name(digest);
        if (existing is null || !existing(full)) return full;
        for (var number = 1; number <= LastNumber; number++)
        {
            var candidate = string.Create(CultureInfo.InvariantCulture, $"{full}-{number}");
            if (!existing(candidate)) return candidate;
        }

        throw new InvalidOperationException($"All names from {full} to {full}-{LastNumber} are taken.");
    }

    private static string Digest(string nodeId)
    {
        var colon = nodeId.IndexOf(':', StringComparison.Ordinal);
        return colon == 6 && nodeId.Length > 7 && nodeId.StartsWith("blake3", StringComparison.OrdinalIgnoreCase) ? nodeId[7..] : nodeId;
    }

    private static string FirstUsable(IEnumerable<string> tags, Func<Rune, bool> isLetter)
    {
        ArgumentNullException.ThrowIfNull(tags);
        foreach (var tag in tags)
        {
            if (string.IsNullOrEmpty(tag)) continue;
            var kept = new StringBuilder(tag.Length);
            foreach (var rune in PythonText.Lower(tag).EnumerateRunes())
            {
                if (rune.Value is '_' or '-' || isLetter(rune)) kept.Append(rune);
            }

            if (kept.Length > 0) return kept.ToString();
        }

        return DefaultAsset;
    }

    private static string NamespaceSegment(string value)
    {
        var cleaned = new StringBuilder(value.Length);
        foreach (var rune in PythonText.Strip(value).EnumerateRunes())
        {
            if (PythonText.IsAlphanumeric(rune)) PythonText.AppendLower(cleaned, rune);
            else cleaned.Append(rune.Value is '-' or '_' ? (char)rune.Value : '-');
        }

        return cleaned.ToString().Trim('-', '_');
    }

    private static string CleanVersion(string? version, Func<Rune, bool> isLetter)
    {
        if (version is null) return DefaultVersion;
        var cleaned = new StringBuilder(version.Length);
        foreach (var rune in PythonText.Strip(version).EnumerateRunes())
        {
            if (rune.Value is '-' or '_' or '.' || isLetter(rune)) cleaned.Append(rune);
            else cleaned.Append('-');
        }

        var label = cleaned.ToString().Trim('-', '_', '.');
        return label.Length == 0 ? DefaultVersion : label;
    }

    /// <summary>The first of two fields that is not empty, as text; null for other types.</summary>
    private static string? Either(JsonElement owner, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherName)
    {
        JsonElement value = default, other = default;
        foreach (var property in owner.EnumerateObject())
        {
            if (JsonText.NameEquals(property, name)) value = property.Value;
            else if (JsonText.NameEquals(property, otherName)) other = property.Value;
        }

        return JsonText.StringOrNull(PythonRepr.IsTruthy(value) ? value : other);
    }
}
