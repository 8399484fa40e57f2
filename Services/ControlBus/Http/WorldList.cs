using System.Globalization;
using System.Text.Json;

namespace Qmtl.ControlBus.Http;

/// <summary>Which worlds are read. Pure.</summary>
/// <param name="Chosen">At most as many as the bound.</param>
/// <param name="Rest">Those beyond it.</param>
/// <param name="Remark">What was odd in the list; empty when nothing.</param>
internal sealed record WorldList(IReadOnlyList<string> Chosen, IReadOnlyList<string> Rest, string Remark = "")
{
    private const int MaxLength = 256;

    /// <summary>
    /// Reads <c>[{"id":"w1",…},…]</c>. Worlds that are read already stay, so that a new one never takes the place of one that is followed.
    /// </summary>
    /// <returns>Exactly one of the two is not null.</returns>
    public static (WorldList? List, string? Problem) Read(ReadOnlyMemory<byte> body, IReadOnlyCollection<string> followed, int most)
    {
        ArgumentNullException.ThrowIfNull(followed);
        var ids = new List<string>();
        var without = 0;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Array) return (null, "its answer to GET /worlds is no list.");
            foreach (var world in document.RootElement.EnumerateArray())
            {
                if (world.ValueKind == JsonValueKind.Object && world.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 and <= MaxLength } text) ids.Add(text);
                else without++;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, "its answer to GET /worlds is not JSON.");
        }

        return (Of(ids, followed, most) with { Remark = without == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{without} of the worlds it lists have no id that can be used.") }, null);
    }

    public static WorldList Of(IEnumerable<string> worlds, IReadOnlyCollection<string> followed, int most)
    {
        var known = followed.ToHashSet(StringComparer.Ordinal);
        var ordered = worlds.Distinct(StringComparer.Ordinal).OrderBy(world => !known.Contains(world)).ToArray();
        return new([.. ordered.Take(most)], [.. ordered.Skip(most)]);
    }
}
