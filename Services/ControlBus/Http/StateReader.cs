using System.Globalization;
using System.Text.Json;

namespace Qmtl.ControlBus.Http;

/// <summary>
/// Reads the activations of a world again after a gap. What it finds is no event: it tells in words what is now, and by the state hash whether anything
/// differs from the last reading.
/// </summary>
internal sealed class StateReader(string world, GatewayHttp http, GatewayStreamOptions options, TimeProvider time)
{
    private const int MostTold = 6;
    private string? _hash;
    private DateTimeOffset _readAt;

    /// <summary>Remembers the state hash, so that the reading after a gap has one to compare with.</summary>
    public Task BeginAsync(CancellationToken cancellation) => ReadHashAsync(cancellation);

    /// <summary>What is now, in words.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var (before, beforeAt) = (_hash, _readAt);
        if (await ReadHashAsync(cancellation) is { } problem) return $"Activations could not be read again: {problem} Look into WorldService before you rely on those of {Name}.";
        if (before == _hash) return $"Activations read again: none differs, the state hash of {Name} is that of {Words.Clock(beforeAt)}.";
        var against = before is null ? "no state hash was read before to compare with" : $"the state hash differs from that of {Words.Clock(beforeAt)}";
        return $"Activations read again: {await ActivationsAsync(cancellation)} Of {Name} {against}.";
    }

    private string Name => $"world {Words.Short(world, 60)}";

    private string Path => $"worlds/{Uri.EscapeDataString(world)}";

    /// <summary>Why it could not be read; null when it was.</summary>
    private async Task<string?> ReadHashAsync(CancellationToken cancellation)
    {
        var answer = await http.GetAsync($"{Path}/activation/state_hash", cancellation);
        if (answer.Problem is { } problem) return problem;
        if (Member(answer.Body, "state_hash", value => value.ValueKind == JsonValueKind.String ? value.GetString() : null) is not { } hash) return "its answer has no state_hash.";
        (_hash, _readAt) = (hash, time.GetUtcNow());
        return null;
    }

    /// <summary>There is no call for all activations of a world: each bound strategy is asked for, long and short.</summary>
    private async Task<string> ActivationsAsync(CancellationToken cancellation)
    {
        var bindings = await http.GetAsync($"{Path}/bindings", cancellation);
        var strategies = bindings.Problem is null ? Member(bindings.Body, "strategies", value => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).ToArray() : null) : null;
        if (strategies is null) return $"which strategies are bound could not be read, because {bindings.Problem ?? "its answer has no strategies."}";
        if (strategies.Length == 0) return "no strategy is bound.";
        var found = new List<string>();
        var failed = 0;
        foreach (var strategy in strategies.Take(options.MaxStrategiesRead))
        {
            foreach (var side in new[] { "long", "short" })
            {
                var answer = await http.GetAsync($"{Path}/activation?strategy_id={Uri.EscapeDataString(strategy)}&side={side}", cancellation);
                if (answer.Status == 404) continue;
                if (answer.Problem is null && Say(answer.Body) is { } words) found.Add($"{Words.Short(strategy, 60)} {side} {words}");
                else failed++;
            }
        }

        var told = found.Count == 0 ? "none is set." : string.Create(CultureInfo.InvariantCulture, $"now {string.Join("; ", found.Take(MostTold))}{(found.Count > MostTold ? $"; and {found.Count - MostTold} more" : "")}.");
        if (failed > 0) told += string.Create(CultureInfo.InvariantCulture, $" {failed} could not be read.");
        if (strategies.Length > options.MaxStrategiesRead) told += string.Create(CultureInfo.InvariantCulture, $" {strategies.Length - options.MaxStrategiesRead} further strategies were not asked for.");
        return told;
    }

    /// <summary><c>{"active":true,"weight":0.5,…}</c></summary>
    private static string? Say(ReadOnlyMemory<byte> body)
    {
        if (Member(body, "active", value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : null) is not { } active) return null;
        var weight = Member(body, "weight", value => value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null);
        return (active == "true" ? "active" : "inactive") + (weight is null ? "" : $" at {Words.Short(weight, 20)}");
    }

    private static T? Member<T>(ReadOnlyMemory<byte> body, string name, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) ? read(value) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
