using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;

namespace Qmtl.Console.CommandLine.Remote;

/// <summary>
/// Talks to a running console with an API key. Never follows a redirect: the key goes to the address that was named and nowhere else.
/// </summary>
internal sealed class ConsoleClient : IDisposable
{
    public const string KeyVariable = "QMTL_CONSOLE_KEY";
    public const string DefaultUrl = LoopbackUrl;
    private const string LoopbackUrl = "http://127.0.0.1:5080";
    private const int MostBytes = 64 * 1024 * 1024;

    private readonly HttpClient _http;

    private ConsoleClient(Uri root, string key)
    {
        Root = root;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !root.IsLoopback, ConnectTimeout = TimeSpan.FromSeconds(10) };
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(100), MaxResponseContentBufferSize = MostBytes };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>The console's address, with a slash at the end.</summary>
    public Uri Root { get; }

    /// <summary>Checks the address and reads the key.</summary>
    /// <exception cref="CommandFailedException">The address is neither https nor loopback, or there is no key.</exception>
    public static ConsoleClient Open(string url, CommandStreams streams)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https") || root.UserInfo.Length > 0 || root.Query.Length > 0)
        {
            throw new CommandFailedException($"--url {TerminalText.Printable(url)} is not the address of a console; write for instance https://console.example or {LoopbackUrl}.");
        }

        if (root.Scheme == "http" && !IsLoopback(root.Host))
        {
            throw new CommandFailedException($"--url {root.GetLeftPart(UriPartial.Authority)} would send the key unencrypted. Use https; plain http is for loopback only (127.0.0.1, [::1], localhost).");
        }

        var key = streams.Variable(KeyVariable)?.Trim();
        if (string.IsNullOrEmpty(key))
        {
            throw new CommandFailedException($"There is no API key: put one into the environment variable {KeyVariable}. Keys are made on the console's page {root.GetLeftPart(UriPartial.Authority)}/account.");
        }

        if (key.Any(character => character is < '!' or > '~'))
        {
            throw new CommandFailedException($"The environment variable {KeyVariable} holds no API key: keys have no spaces and no letters beyond ASCII.");
        }

        return new ConsoleClient(new Uri(root.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), key);
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Root, path)), cancellation);

    public Task<JsonElement> PostAsync(string path, string json, CancellationToken cancellation, params (string Name, string Value)[] headers) =>
        PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), cancellation, headers);

    public Task<JsonElement> PostAsync(string path, HttpContent content, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Root, path)) { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return SendAsync(request, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            try
            {
                using var response = await _http.SendAsync(request, cancellation);
                return await ReadAsync(response, cancellation);
            }
            catch (HttpRequestException error)
            {
                throw NotAnswered(Why(error));
            }
            catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw NotAnswered("it did not answer in time. What was sent may still have had its effect: look at the page Plans before you repeat it.");
            }
        }
    }

    private async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if ((int)response.StatusCode is >= 300 and < 400)
        {
            throw NotAnswered($"it sent to {response.Headers.Location?.ToString() ?? "another address"} (status {(int)response.StatusCode}). Redirects are not followed, for the key would go along: name the console's own address.");
        }

        var text = await response.Content.ReadAsStringAsync(cancellation);
        JsonElement json;
        try
        {
            json = JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            json = default;
        }

        if (response.IsSuccessStatusCode && json.ValueKind == JsonValueKind.Object) return json;
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw NotAnswered($"it refused the key. {Text(json, "detail") ?? "Keys expire and can be revoked."} {Text(json, "advice") ?? $"Make another on {Root}account and put it into {KeyVariable}."}");
        }

        if (json.ValueKind == JsonValueKind.Object && Text(json, "detail") is not null) throw new ConsoleRefusedException((int)response.StatusCode, json);
        throw NotAnswered($"what answers there (status {(int)response.StatusCode}) is no console of this kind. Check the address.");
    }

    private CommandFailedException NotAnswered(string why) =>
        new($"{Root.GetLeftPart(UriPartial.Authority)}: {TerminalText.Printable(why)}", CommandLineProgram.NotAnswered);

    private static string Why(HttpRequestException error)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException) return $"its TLS certificate is not trusted here ({inner.Message}). Install the authority that signed it, or name the host that the certificate is for.";
            if (inner is SocketException { SocketErrorCode: SocketError.ConnectionRefused }) return "no console listens there. Start it, or give its address with --url.";
            if (inner is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }) return "there is no host of this name.";
        }

        return error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
            ? $"its answer has more than {MostBytes / 1024 / 1024} MiB."
            : $"it cannot be reached: {error.InnerException?.Message ?? error.Message}";
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    internal static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The console understood and refused: a problem with code, detail, where and advice.</summary>
internal sealed class ConsoleRefusedException(int status, JsonElement problem) : Exception(ConsoleClient.Text(problem, "detail"))
{
    public int Status { get; } = status;

    public JsonElement Problem { get; } = problem;

    public string Code => ConsoleClient.Text(Problem, "code") ?? "";

    /// <summary>Two lines for people.</summary>
    public string Words
    {
        get
        {
            var where = ConsoleClient.Text(Problem, "where");
            var advice = ConsoleClient.Text(Problem, "advice");
            return TerminalText.Printable($"{Message}{(where is null ? "" : $" ({where})")}") + (advice is null ? "" : $"{Environment.NewLine}    {TerminalText.Printable(advice)}");
        }
    }
}
