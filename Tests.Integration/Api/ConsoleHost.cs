using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qmtl.Console;
using Qmtl.Console.Configuration;
using Qmtl.Console.Security.Sessions;

namespace Qmtl.Tests.Integration.Api;

/// <summary>The real application on a free port, with a folder of its own.</summary>
public sealed class ConsoleHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private ConsoleHost(WebApplication app, string folder)
    {
        _app = app;
        _folder = folder;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = NewClient();
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<ConsoleHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("qmtl-console-tests-").FullName;
        // Open unless the test says otherwise: most tests are not about who somebody is.
        var mode = settings.Any(setting => setting.Name == "SignIn:Mode" || KnownSettings.Find(setting.Name)?.Use == SettingUse.ObservedSystem) ? [] : new[] { ("SignIn:Mode", "Open") };
        var app = ConsoleApplication.Build(["--urls=http://127.0.0.1:0"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(mode.Concat(settings).Concat(settings.Any(setting => setting.Name == "Storage:Path") ? [] : new[] { ("Storage:Path", folder) })
                .Select(setting => KeyValuePair.Create<string, string?>(setting.Item1, setting.Item2)));
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
        });
        await app.StartAsync();
        return new ConsoleHost(app, folder);
    }

    /// <summary>A client that sends the Origin of the console's own pages, and the cookie of a session where one is given.</summary>
    public HttpClient NewClient(string? token = null)
    {
        // The cookie is Secure, which a cookie container sends over https only; browsers make an exception for loopback.
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 64, Expect100ContinueTimeout = TimeSpan.FromSeconds(5), UseCookies = false, AllowAutoRedirect = false };
        var client = new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(120), DefaultRequestVersion = HttpVersion.Version11 };
        client.DefaultRequestHeaders.Add("Origin", Address.GetLeftPart(UriPartial.Authority));
        if (token is not null) client.DefaultRequestHeaders.Add("Cookie", $"{SessionCookie.Name}={token}");
        return client;
    }

    /// <summary>A client with a session of its own, in any mode of sign-in.</summary>
    public async Task<HttpClient> SignedInAsync(string role, string? user = null, params string[] scopes)
    {
        var sessions = Services.GetRequiredService<ISessions>();
        var (_, token) = await sessions.BeginAsync(new NewSession($"test:{user ?? role}", user ?? role, role, scopes), CancellationToken.None);
        return NewClient(token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
