using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Tests.Integration.Api;

namespace Qmtl.Tests.Integration.Shell;

/// <summary>The HTTP surface is an approved text file: a new end point shows in the diff.</summary>
public sealed class HttpSurfaceTests
{
    [Fact]
    public async Task Is_as_approved()
    {
        await using var host = await ConsoleHost.StartAsync();
        var surface = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => !endpoint.Metadata.OfType<Microsoft.AspNetCore.StaticAssets.StaticAssetDescriptor>().Any())
            .Select(endpoint => $"{Methods(endpoint)} /{endpoint.RoutePattern.RawText?.TrimStart('/')}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToArray();
        var file = FileBeside("HttpSurface.approved.txt");
        if (!Enumerable.SequenceEqual(surface, await File.ReadAllLinesAsync(file)))
        {
            var received = file.Replace(".approved.", ".received.", StringComparison.Ordinal);
            await File.WriteAllLinesAsync(received, surface);
            Assert.Fail($"The HTTP surface changed. Compare {received} with the approved file and copy it over when the change is meant:\n{string.Join('\n', surface)}");
        }
    }

    private static string Methods(RouteEndpoint endpoint) =>
        string.Join(',', endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Order(StringComparer.Ordinal) ?? Enumerable.Repeat("*", 1));

    private static string FileBeside(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);
}
