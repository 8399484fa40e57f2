using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Keys;
using Qmtl.Operations;
using Qmtl.Operations.Storage;
using Qmtl.Sandbox;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Rail;

/// <summary>The real console with people, a key, and policies that ask for a second person.</summary>
public sealed class RailHost : IAsyncLifetime
{
    public ConsoleHost Host { get; private set; } = null!;

    public HttpClient Alice { get; private set; } = null!;

    public HttpClient Bob { get; private set; } = null!;

    public HttpClient Viewer { get; private set; } = null!;

    public HttpClient Administrator { get; private set; } = null!;

    /// <summary>Token of a key of the demo operator.</summary>
    public string Key { get; private set; } = "";

    public OperationsOptions Options => Host.Services.GetRequiredService<IOptions<OperationsOptions>>().Value;

    public SandboxActivityState Activity => Host.Services.GetRequiredService<ISandboxActivity>().State;

    /// <summary>The kind that can be planned now.</summary>
    public string Kind => Activity.IsPaused ? SandboxOperations.Resume : SandboxOperations.Pause;

    public async Task InitializeAsync()
    {
        Host = await ConsoleHost.StartAsync(
            ("Operations:Policies:sandbox.pause:Approvals", "1"), ("Operations:Policies:sandbox.resume:Approvals", "1"),
            ("Operations:Policies:console.read-only.on:TypedTarget", "true"));
        Alice = await Host.SignedInAsync("operator", "alice");
        Bob = await Host.SignedInAsync("operator", "bob");
        Viewer = await Host.SignedInAsync("viewer");
        Administrator = await Host.SignedInAsync("administrator");
        Key = await NewKeyAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var client in new[] { Alice, Bob, Viewer, Administrator }) client.Dispose();
        await Host.DisposeAsync();
    }

    /// <summary>A client with a key and nothing else.</summary>
    public HttpClient WithKey(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Host.Address };
        client.DefaultRequestHeaders.Add("Authorization", $"Bearer {token ?? Key}");
        return client;
    }

    public object Wish(string reason = "test", string? kind = null) => new { kind = kind ?? Kind, target = "sandbox", reason };

    public async Task<JsonElement> PlanAsync(HttpClient client, string reason = "test") => await OkAsync(client, "plans", Wish(reason), HttpStatusCode.Created);

    /// <summary>Planned by one person and confirmed.</summary>
    public async Task<JsonElement> ConfirmedAsync(HttpClient client)
    {
        var plan = await PlanAsync(client);
        return await OkAsync(client, $"plans/{Id(plan)}/confirm", new { digest = Text(plan, "digest"), reason = "test" });
    }

    /// <summary>Planned and confirmed by Alice, approved by Bob.</summary>
    public async Task<JsonElement> ReadyAsync()
    {
        var plan = await ConfirmedAsync(Alice);
        return await OkAsync(Bob, $"plans/{Id(plan)}/approve", new { digest = Text(plan, "digest"), note = "fine" });
    }

    public static async Task<JsonElement> OkAsync(HttpClient client, string path, object body, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/" + path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Posts and expects a refusal; answers the problem.</summary>
    public static async Task<JsonElement> RefusedAsync(HttpClient client, string path, object body, HttpStatusCode status, string code)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/" + path, body);
        return await ProblemAsync(answer, status, code);
    }

    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, Text(problem, "code"));
        Assert.NotEqual("", Text(problem, "where"));
        Assert.NotEqual("", Text(problem, "advice"));
        return problem;
    }

    public static async Task<JsonElement> GetAsync(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync("/api/v1/" + path)).RootElement;

    public static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string Id(JsonElement plan) => Text(plan, "id");

    public static StringContent Raw(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<string> NewKeyAsync()
    {
        var token = ApiKey.TokenPrefix + Secrets.NewToken();
        var now = DateTimeOffset.UtcNow;
        var key = new ApiKey { Name = "test", OwnerId = "open:operator", OwnerName = "Otto Operator", Ending = token[^4..], CreatedAt = now, ExpiresAt = now.AddHours(1) };
        var store = Host.Services.GetRequiredService<IDocumentStore>();
        Assert.True(await store.CommitAsync(
            [new("api-key", Secrets.Hash(token), 0, JsonSerializer.Serialize(key, JsonSerializerOptions.Web), ["user:open:operator"], "1")], CancellationToken.None));
        return token;
    }
}
