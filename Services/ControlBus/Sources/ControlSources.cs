using Microsoft.Extensions.Configuration;
using Qmtl.ControlBus.Http;
using Qmtl.ControlBus.Kafka;
using Qmtl.ControlBus.Redis;

namespace Qmtl.ControlBus.Sources;

/// <summary>The sources by name, and which of them the settings choose.</summary>
public static class ControlSources
{
    public const string Gateway = "gateway";
    public const string Kafka = "kafka";
    public const string Redis = "redis";
    public const string InProcess = "inprocess";

    /// <summary>
    /// The chosen ones in the order of <c>ControlBus:Sources</c>. Without that setting: Kafka where its brokers are named, because it tells all and proves
    /// gaps, else the Gateway where its address is, else none. Redis only by name: QMTL writes no such streams.
    /// </summary>
    public static IReadOnlyList<string> Of(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var named = Values(configuration, "ControlBus:Sources").Select(name => name.ToLowerInvariant()).Distinct().ToArray();
        if (named.Length > 0) return named;
        if (Values(configuration, "Kafka:Brokers").Any()) return [Kafka];
        if (configuration["Gateway:Url"] is { Length: > 0 }) return [Gateway];
        return [];
    }

    /// <summary>What is wrong between the settings of the sources, in words; empty when nothing is.</summary>
    public static IEnumerable<string> Errors(IConfiguration configuration)
    {
        var sources = Of(configuration);
        if (sources.Contains(Kafka) && !Values(configuration, "Kafka:Brokers").Any()) yield return "ControlBus:Sources names kafka, but Kafka:Brokers is not set. Name at least one broker, for instance Kafka:Brokers:0=kafka:9092.";
        if (sources.Contains(Gateway) && configuration["Gateway:Url"] is not { Length: > 0 }) yield return "ControlBus:Sources names gateway, but Gateway:Url is not set. Name the address of QMTL's Gateway.";
        foreach (var error in sources.Contains(Kafka) ? KafkaSettings.Errors(configuration) : Unread(configuration, "Kafka", except: "Brokers", "Kafka is no source of control events: name Kafka:Brokers, or kafka in ControlBus:Sources")) yield return error;
        foreach (var error in sources.Contains(Redis) ? RedisSettings.Errors(configuration) : Unread(configuration, "ControlBus:Redis", except: "", "Redis is no source of control events: name redis in ControlBus:Sources")) yield return error;
        foreach (var error in SourceSettings.Errors(configuration)) yield return error;
        if (sources.Contains(Redis) && configuration["Redis:Connection"] is not { Length: > 0 }) yield return "ControlBus:Sources names redis, but Redis:Connection is not set. Name the server, for instance Redis:Connection=redis:6379.";
        foreach (var error in GatewaySettings.Errors(configuration, sources.Contains(Gateway))) yield return error;
    }

    private static IEnumerable<string> Unread(IConfiguration configuration, string section, string except, string why)
    {
        var set = configuration.GetSection(section).GetChildren().Where(child => child.Key != except && Values(configuration, child.Path).Any()).Select(child => child.Path).ToArray();
        return set.Length == 0 ? [] : [$"{string.Join(", ", set)}: set, but {why}, or remove {(set.Length == 1 ? "it" : "them")}."];
    }

    /// <summary>A setting that is one value or a list.</summary>
    internal static IEnumerable<string> Values(IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        var values = section.GetChildren().Select(child => child.Value).Prepend(section.Value);
        return values.Where(value => !string.IsNullOrWhiteSpace(value)).SelectMany(value => value!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
