using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Qmtl.ControlBus.Sources;

/// <summary>Settings that several sources share.</summary>
public static partial class SourceSettings
{
    public const string StartBackName = "ControlBus:StartBack";

    /// <summary>Topics that QMTL's services write; the names are those that its Gateway tells events by.</summary>
    public static readonly IReadOnlyList<string> DefaultTopics = ["activation", "policy", "queue", "sentinel_weight", "rebalancing_planned", "control.activation.ack"];

    /// <summary>How far the first start reads back.</summary>
    public static readonly TimeSpan DefaultStartBack = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan MaxStartBack = TimeSpan.FromDays(30);

    public static TimeSpan StartBack(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Duration(configuration[StartBackName]) ?? DefaultStartBack;
    }

    /// <summary>The topics of a list setting, or QMTL's.</summary>
    public static IReadOnlyList<string> Topics(IConfiguration configuration, string key)
    {
        var named = ControlSources.Values(configuration, key).Distinct(StringComparer.Ordinal).ToArray();
        return named.Length > 0 ? named : DefaultTopics;
    }

    /// <summary>What is wrong with those settings, in words.</summary>
    internal static IEnumerable<string> Errors(IConfiguration configuration)
    {
        var text = configuration[StartBackName];
        if (!string.IsNullOrWhiteSpace(text) && (Duration(text) is not { } back || back < TimeSpan.Zero || back > MaxStartBack))
        {
            yield return $"{StartBackName} is \"{text}\": use hours, minutes and seconds, for instance 00:15:00; at most {MaxStartBack.Days} days (30.00:00:00).";
        }
    }

    internal static IEnumerable<string> TopicErrors(IConfiguration configuration, string key) =>
        Topics(configuration, key).Where(topic => !TopicName().IsMatch(topic) || topic is "." or "..")
            .Select(topic => $"{key} names \"{topic}\": a topic has 1 to 249 letters, digits, dots, hyphens and underscores.");

    private static TimeSpan? Duration(string? text) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) ? duration : null;

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,249}\z")]
    private static partial Regex TopicName();
}
