using System.Globalization;
using System.Text.Json;

namespace Qmtl.Console.Live;

/// <summary>A member that differs between two payloads.</summary>
/// <param name="Path">Dots and indices: <c>queues[0].queue</c>.</param>
/// <param name="Before">JSON text; null when it was not there.</param>
/// <param name="After">JSON text; null when it is no longer there.</param>
public sealed record JsonChange(string Path, string? Before, string? After)
{
    /// <summary>Most differences that are told.</summary>
    public const int Max = 200;

    /// <summary>The differences, in the order of the newer payload; at most <see cref="Max"/>.</summary>
    public static IReadOnlyList<JsonChange> Between(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after)
    {
        using var old = JsonDocument.Parse(before);
        using var now = JsonDocument.Parse(after);
        var was = Leaves(old.RootElement, "").ToDictionary(leaf => leaf.Path, leaf => leaf.Text, StringComparer.Ordinal);
        var changes = new List<JsonChange>();
        foreach (var (path, text) in Leaves(now.RootElement, ""))
        {
            if (!was.Remove(path, out var earlier)) changes.Add(new(path, null, text));
            else if (earlier != text) changes.Add(new(path, earlier, text));
        }

        changes.AddRange(was.Select(leaf => new JsonChange(leaf.Key, leaf.Value, null)));
        return changes.Count <= Max ? changes : changes[..Max];
    }

    private static IEnumerable<(string Path, string Text)> Leaves(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.EnumerateObject().Any():
                // The last of members with one name counts, as everywhere.
                foreach (var member in element.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).Select(group => group.Last()))
                {
                    foreach (var leaf in Leaves(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}")) yield return leaf;
                }

                break;
            case JsonValueKind.Array when element.GetArrayLength() > 0:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    foreach (var leaf in Leaves(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"))) yield return leaf;
                    index++;
                }

                break;
            default:
                yield return (path, element.GetRawText());
                break;
        }
    }
}
