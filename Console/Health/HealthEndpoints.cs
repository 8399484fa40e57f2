using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Health.Metrics;
using Qmtl.Console.Layout;
using Qmtl.Console.Security.Guards;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Health;

/// <summary>What machines ask: does the process live, can it serve.</summary>
public static class HealthEndpoints
{
    /// <summary>
    /// <c>/healthz</c>: the process is up. <c>/readyz</c>: 503 only while the console itself cannot serve (starting, stopping); observed systems are listed
    /// and never make it unready, because people come here when those are down.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => TypedResults.Text("ok")).ExcludeFromDescription().AllowAnonymous();
        routes.MapGet("/readyz", (IHostApplicationLifetime lifetime, HealthMonitor monitor) =>
        {
            var stopping = lifetime.ApplicationStopping.IsCancellationRequested;
            var ready = lifetime.ApplicationStarted.IsCancellationRequested && !stopping;
            var snapshot = monitor.Current;
            return TypedResults.Json(
                new ReadyAnswer(
                    ready ? "ready" : stopping ? "stopping" : "starting",
                    BuildInfo.Version,
                    snapshot.TakenAt,
                    [.. snapshot.Readings.Select(reading => new ReadyDependency(reading.Name, DependencyWords.Of(reading.State), reading.Source, reading.ReadAt, reading.Latency?.TotalMilliseconds, reading.Detail))]),
                statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).ExcludeFromDescription().AllowAnonymous();
        // It listens from the start, not from the first question.
        _ = routes.ServiceProvider.GetRequiredService<MetricsReader>();
        routes.MapGet("/metrics", (MetricsReader metrics) => TypedResults.Text(metrics.Read(), PrometheusText.ContentType)).ExcludeFromDescription().RequirePermission(Permissions.MetricsRead);
    }

    private sealed record ReadyAnswer(string Status, string Version, DateTimeOffset? ReadAt, IReadOnlyList<ReadyDependency> Dependencies);

    /// <summary>One dependency; latency in milliseconds.</summary>
    private sealed record ReadyDependency(string Name, string State, string Source, DateTimeOffset? ReadAt, double? LatencyMs, string Detail);
}
