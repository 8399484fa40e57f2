using System.Text.Json;

namespace Qmtl.Tests.E2E.Support;

/// <summary>What the tests ask the console over HTTP, as a script would.</summary>
public static class ConsoleApi
{
    private static readonly HttpClient Client = new();

    /// <summary>Id of the strategy with this family and version; the first of the family when no version is given.</summary>
    public static async Task<string> StrategyIdAsync(this ConsoleServer server, string family, string? version = null)
    {
        using var list = JsonDocument.Parse(await Client.GetStringAsync(new Uri(server.Url, "api/v1/strategies")));
        foreach (var strategy in list.RootElement.GetProperty("strategies").EnumerateArray())
        {
            if (strategy.GetProperty("family").GetString() == family && (version is null || strategy.GetProperty("version").GetString() == version))
            {
                return strategy.GetProperty("strategy_id").GetString()!;
            }
        }

        throw new InvalidOperationException($"The sandbox has no strategy {family} {version}.");
    }

    /// <summary>Runs a dry-run and answers the path of its page.</summary>
    public static async Task<string> DryRunAsync(this ConsoleServer server, string dag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Url, "api/v1/dry-runs")) { Content = new StringContent(dag) };
        request.Headers.Add("Origin", server.Url.GetLeftPart(UriPartial.Authority));
        using var response = await Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return $"/dry-run/{body.RootElement.GetProperty("id").GetString()}";
    }

    /// <summary>Ids of the journal's events that fit a filter, newest first, from one down to another, both included.</summary>
    public static async Task<string[]> EventIdsAsync(this ConsoleServer server, string filter, string from, string to)
    {
        static long SequenceOf(string id) => long.Parse(id.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        var ids = new List<string>();
        for (long? before = SequenceOf(from) + 1; before is not null;)
        {
            using var page = JsonDocument.Parse(await Client.GetStringAsync(new Uri(server.Url, $"api/v1/events?{filter}&count=1000&before={before}")));
            ids.AddRange(page.RootElement.GetProperty("events").EnumerateArray().Select(row => row.GetProperty("id").GetString()!));
            if (ids.IndexOf(to) is >= 0 and var at) return [.. ids.Take(at + 1)];
            before = page.RootElement.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.Number ? next.GetInt64() : null;
        }

        throw new InvalidOperationException($"The journal does not hold {to}.");
    }

    /// <summary>Text of one of the recorded DAGs.</summary>
    public static string Dag(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "dags", $"{name}.json"));

    /// <summary>Names of the recorded DAGs.</summary>
    public static IEnumerable<string> DagNames() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", "dags"), "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => !name.EndsWith("-graph", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
