using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.Security.Guards;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Shell;

/// <summary>The HTTP surface is an approved text file: a new end point shows in the diff.</summary>
public sealed class HttpSurfaceTests
{
    /// <summary>What the framework maps by itself.</summary>
    private static readonly Dictionary<string, string> Framework = new()
    {
        ["_blazor"] = "signed in",
        ["_blazor/negotiate"] = "signed in",
        ["_blazor/disconnect/"] = "signed in",
        ["_blazor/initializers/"] = "signed in",
        ["_framework/opaque-redirect"] = "signed in",
        ["{**path:file}"] = "signed in",
    };

    [Fact]
    public async Task Is_as_approved()
    {
        await using var host = await ConsoleHost.StartAsync();
        var surface = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => !endpoint.Metadata.OfType<Microsoft.AspNetCore.StaticAssets.StaticAssetDescriptor>().Any())
            .Select(endpoint => $"{Methods(endpoint)} /{endpoint.RoutePattern.RawText?.TrimStart('/')}  {Needs(endpoint)}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToArray();
        Assert.DoesNotContain(surface, line => line.EndsWith("NOTHING SAYS WHO MAY", StringComparison.Ordinal));
        var file = FileBeside("HttpSurface.approved.txt");
        if (!Enumerable.SequenceEqual(surface, await File.ReadAllLinesAsync(file)))
        {
            var received = file.Replace(".approved.", ".received.", StringComparison.Ordinal);
            await File.WriteAllLinesAsync(received, surface);
            Assert.Fail($"The HTTP surface changed. Compare {received} with the approved file and copy it over when the change is meant:\n{string.Join('\n', surface)}");
        }
    }

    /// <summary>The permission, or by name that none is needed: then whoever is signed in, or everybody, may come.</summary>
    private static string Needs(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? "everybody"
        : endpoint.Metadata.GetMetadata<RequirePermissionAttribute>()?.Permission
            ?? (endpoint.Metadata.GetMetadata<SignedInOnlyAttribute>() is not null ? "signed in" : Framework.GetValueOrDefault(endpoint.RoutePattern.RawText?.TrimStart('/') ?? "", "NOTHING SAYS WHO MAY"));

    private static string Methods(RouteEndpoint endpoint) =>
        string.Join(',', endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Order(StringComparer.Ordinal) ?? Enumerable.Repeat("*", 1));

    private static string FileBeside(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);
}
