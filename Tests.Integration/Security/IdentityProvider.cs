using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Qmtl.Tests.Integration.Security;

/// <summary>
/// A small identity provider over a real socket: authorization code with PKCE, refresh tokens that rotate, UserInfo. Its one user can be disabled, given
/// other groups, and the provider can be down.
/// </summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _challenges = new();
    private readonly ConcurrentDictionary<string, bool> _refresh = new();
    private readonly ConcurrentDictionary<string, bool> _access = new();

    private IdentityProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Use((http, next) =>
        {
            if (!IsDown) return next(http);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", TokenAsync);
        _app.MapGet("/userinfo", UserInfo);
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public string User { get; set; } = "ada";

    public string[] Groups { get; set; } = ["operators"];

    public bool IsDisabled { get; set; }

    public bool IsDown { get; set; }

    public int Renewals { get; private set; }

    public static async Task<IdentityProvider> StartAsync()
    {
        var provider = new IdentityProvider();
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>Access tokens given so far are forgotten, as when they expire.</summary>
    public void ExpireAccessTokens() => _access.Clear();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["response_type"] != "code" || query["client_id"] != "console" || query["code_challenge_method"] != "S256") return Results.BadRequest();
        var code = NewToken();
        _challenges[code] = query["code_challenge"].ToString();
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (form["client_id"] != "console" || form["client_secret"] != "secret of the console") return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        if (form["grant_type"] == "authorization_code")
        {
            var verified = _challenges.TryRemove(form["code"].ToString(), out var challenge)
                && challenge == Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            return verified ? Tokens() : Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        // Rotating: a refresh token counts once.
        if (IsDisabled || !_refresh.TryRemove(form["refresh_token"].ToString(), out _)) return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        Renewals++;
        return Tokens();
    }

    private IResult Tokens()
    {
        var (access, refresh) = (NewToken(), NewToken());
        _access[access] = true;
        _refresh[refresh] = true;
        // Says that somebody else is signed in: nobody verifies it, so it must not count.
        var forged = $"{Convert.ToBase64String("""{"alg":"none"}"""u8)}.{Convert.ToBase64String("""{"sub":"root","groups":["admins"]}"""u8)}.";
        return Results.Json(new { access_token = access, refresh_token = refresh, token_type = "Bearer", expires_in = 3600, id_token = forged });
    }

    private IResult UserInfo(HttpRequest request)
    {
        var token = request.Headers.Authorization.ToString();
        return IsDisabled || !_access.ContainsKey(token.Replace("Bearer ", "", StringComparison.Ordinal)) ? Results.Unauthorized() : Results.Json(new { sub = User, name = "Ada", groups = Groups });
    }

    private static string NewToken() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
}
