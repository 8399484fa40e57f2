using System.Globalization;
using Qmtl.Shared.Health;

namespace Qmtl.Operations.Notifications;

/// <summary>Shows whether messages about plans reach their receiver.</summary>
internal sealed class WebhookProbe(Webhook webhook, TimeProvider time) : IDependencyProbe
{
    public string Name => "Notifications";

    public Task<DependencyReading> ReadAsync(CancellationToken cancellation)
    {
        var counts = webhook.Counts;
        var lost = counts.GivenUp + counts.Dropped > 0;
        var state = counts.LastProblem is not null ? DependencyState.Broken : lost ? DependencyState.Attention : DependencyState.Ok;
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Sent} messages sent, {counts.Waiting} waiting, {counts.GivenUp} given up, {counts.Dropped} dropped from the full queue.{(counts.LastProblem is { } problem ? $" The last try failed: {problem}." : "")}");
        return Task.FromResult(new DependencyReading(
            Name, state, webhook.Receiver, time.GetUtcNow(), null, detail, state == DependencyState.Ok ? "" : $"Look at the receiver of {WebhookOptions.UrlSetting}. The page Plans shows what waits."));
    }
}
