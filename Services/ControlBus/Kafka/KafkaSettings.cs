using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Kafka;

/// <summary>Which Kafka, and what of it.</summary>
internal sealed record KafkaSettings
{
    private static readonly string[] Protocols = ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"];
    private static readonly string[] Mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

    /// <summary>With port.</summary>
    public required IReadOnlyList<string> Brokers { get; init; }

    public IReadOnlyList<string> Topics { get; init; } = SourceSettings.DefaultTopics;

    /// <summary>Whether somebody named the topics, so that each of them is expected: not every QMTL writes all of its six.</summary>
    public bool TopicsAreNamed { get; init; }

    /// <summary>How far the first start reads back.</summary>
    public TimeSpan StartBack { get; init; } = SourceSettings.DefaultStartBack;

    /// <summary>How often the topics and their partitions are looked at again.</summary>
    public TimeSpan MetadataInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one question to the brokers may take, and how long a sent event may wait for its acknowledgement is five times that.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Of librdkafka; null: not encrypted, nobody signs in.</summary>
    public string? SecurityProtocol { get; init; }

    public string? SaslMechanism { get; init; }

    public string? SaslUsername { get; init; }

    public string? SaslPassword { get; init; }

    /// <summary>File or folder of the certificates that are trusted; null: those of the machine.</summary>
    public string? SslCaLocation { get; init; }

    /// <summary>Addresses for people.</summary>
    public string Place => string.Join(", ", Brokers);

    public static KafkaSettings Of(IConfiguration configuration) => new()
    {
        Brokers = [.. ControlSources.Values(configuration, "Kafka:Brokers")],
        Topics = SourceSettings.Topics(configuration, "Kafka:Topics"),
        TopicsAreNamed = ControlSources.Values(configuration, "Kafka:Topics").Any(),
        StartBack = SourceSettings.StartBack(configuration),
        SecurityProtocol = Text(configuration, "Kafka:SecurityProtocol"),
        SaslMechanism = Text(configuration, "Kafka:SaslMechanism"),
        SaslUsername = Text(configuration, "Kafka:SaslUsername"),
        SaslPassword = Text(configuration, "Kafka:SaslPassword"),
        SslCaLocation = Text(configuration, "Kafka:SslCaLocation"),
    };

    /// <summary>What is wrong with the settings, in words; never with a secret in them.</summary>
    public static IEnumerable<string> Errors(IConfiguration configuration)
    {
        var settings = Of(configuration);
        foreach (var broker in settings.Brokers.Where(broker => !IsAddress(broker)))
        {
            yield return $"Kafka:Brokers names \"{broker}\": use host and port, for instance kafka:9092.";
        }

        foreach (var error in SourceSettings.TopicErrors(configuration, "Kafka:Topics")) yield return error;
        var protocol = settings.SecurityProtocol?.ToLowerInvariant();
        if (protocol is not null && !Protocols.Contains(protocol)) yield return $"Kafka:SecurityProtocol is \"{settings.SecurityProtocol}\": use {string.Join(", ", Protocols[..^1])} or {Protocols[^1]}.";
        if (settings.SaslMechanism is { } mechanism && !Mechanisms.Contains(mechanism, StringComparer.OrdinalIgnoreCase)) yield return $"Kafka:SaslMechanism is \"{mechanism}\": use {string.Join(", ", Mechanisms[..^1])} or {Mechanisms[^1]}.";
        var signsIn = protocol is "sasl_plaintext" or "sasl_ssl";
        var hasSasl = settings.SaslMechanism is not null || settings.SaslUsername is not null || settings.SaslPassword is not null;
        if (hasSasl && !signsIn) yield return "Kafka:Sasl settings are there, but Kafka:SecurityProtocol is not sasl_plaintext or sasl_ssl, so nobody would sign in. Set the one or remove the others.";
        if (signsIn && (settings.SaslUsername is null || settings.SaslPassword is null)) yield return $"Kafka:SecurityProtocol is {protocol}, but Kafka:SaslUsername or Kafka:SaslPassword is missing. Set both.";
        if (settings.SslCaLocation is { } certificates)
        {
            if (protocol is not ("ssl" or "sasl_ssl")) yield return "Kafka:SslCaLocation is set, but Kafka:SecurityProtocol is not ssl or sasl_ssl. Set the one or remove the other.";
            else if (!File.Exists(certificates) && !Directory.Exists(certificates)) yield return $"Kafka:SslCaLocation is \"{certificates}\": there is no such file or folder.";
        }
    }

    /// <summary>What all clients have in common.</summary>
    public T Common<T>(T client)
        where T : ClientConfig
    {
        client.BootstrapServers = string.Join(',', Brokers);
        client.ClientId = "qmtl-console";
        // The console never makes a topic, whatever the broker would allow.
        client.Set("allow.auto.create.topics", "false");
        client.ReconnectBackoffMs = 100;
        client.ReconnectBackoffMaxMs = 2_000;
        client.SocketKeepaliveEnable = true;
        client.TopicMetadataRefreshIntervalMs = (int)MetadataInterval.TotalMilliseconds;
        if (SecurityProtocol is { } protocol) client.Set("security.protocol", protocol.ToLowerInvariant());
        if (SecurityProtocol?.StartsWith("sasl", StringComparison.OrdinalIgnoreCase) == true)
        {
            client.Set("sasl.mechanism", (SaslMechanism ?? "PLAIN").ToUpperInvariant());
            client.SaslUsername = SaslUsername;
            client.SaslPassword = SaslPassword;
        }

        if (SslCaLocation is { } certificates) client.SslCaLocation = certificates;
        return client;
    }

    private static string? Text(IConfiguration configuration, string key) => configuration[key] is { Length: > 0 } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static bool IsAddress(string broker)
    {
        var colon = broker.LastIndexOf(':');
        return colon > 0 && int.TryParse(broker.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            && Uri.CheckHostName(broker[..colon].Trim('[', ']')) != UriHostNameType.Unknown;
    }
}
