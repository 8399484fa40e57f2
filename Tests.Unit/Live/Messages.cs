using System.Text;
using System.Text.Json;
using Qmtl.ControlBus;

namespace Qmtl.Tests.Unit.Live;

/// <summary>Messages for tests, made up and recorded.</summary>
internal static class Messages
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static RawMessage Of(string json, string source = "kafka", string? topic = "sentinel_weight", string? key = null, string? position = null, DateTimeOffset? at = null) => new()
    {
        Source = source,
        Topic = topic,
        Key = key,
        Position = position,
        Value = Encoding.UTF8.GetBytes(json),
        ReceivedAt = at ?? Noon,
    };

    /// <summary>The frames of a recorded connection that reach a client, as the Gateway's WebSocket delivers them.</summary>
    public static IEnumerable<RawMessage> Delivered(string file) =>
        Frames(file).Where(frame => Direction(frame) == "server" && frame.TryGetProperty("json", out _))
            .Select(frame => Of(frame.GetProperty("json").GetRawText(), "gateway", topic: null));

    /// <summary>The messages that the recording put on the bus.</summary>
    public static IEnumerable<RawMessage> OnBus(string file) =>
        Frames(file).Where(frame => Direction(frame) is "bus" or "bus-out").Select((frame, index) => Of(
            frame.GetProperty("value").GetRawText(), "kafka", frame.GetProperty("topic").GetString(), frame.GetProperty("key").GetString(), $"0:{index}") with
        {
            Headers = frame.TryGetProperty("headers", out var headers) ? headers.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.ToString()) : null,
        });

    public static IEnumerable<string> Recordings() =>
        Directory.EnumerateFiles(Fixture.PathOf("contracts/ws"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    public static string Recording(string name) => Fixture.PathOf("contracts/ws/" + name);

    private static JsonElement[] Frames(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.GetProperty("frames").EnumerateArray().Select(frame => frame.Clone())];
    }

    private static string? Direction(JsonElement frame) => frame.GetProperty("dir").GetString();
}
