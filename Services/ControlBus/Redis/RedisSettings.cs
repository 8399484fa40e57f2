using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Qmtl.ControlBus.Sources;
using StackExchange.Redis;

namespace Qmtl.ControlBus.Redis;

/// <summary>Which Redis, and which streams of it.</summary>
internal sealed record RedisSettings
{
    public const string MaxLengthName = "ControlBus:Redis:MaxLength";
    public const string TopicsName = "ControlBus:Redis:Topics";

    /// <summary>Stands before the topic in the name of its stream.</summary>
    public const string Prefix = "controlbus:";

    /// <summary>Server and options as StackExchange.Redis reads them; with the password, so it is never shown.</summary>
    public required string Connection { get; init; }

    public IReadOnlyList<string> Topics { get; init; } = SourceSettings.DefaultTopics;

    /// <summary>How far the first start reads back.</summary>
    public TimeSpan StartBack { get; init; } = SourceSettings.DefaultStartBack;

    /// <summary>About how many entries a stream keeps when the console writes to it.</summary>
    public int MaxLength { get; init; } = 100_000;

    /// <summary>How often a stream is asked for its first entry and how many were added.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Addresses for people.</summary>
    public string Place => string.Join(", ", Options().EndPoints.Select(Text));

    public static RedisSettings Of(IConfiguration configuration) => new()
    {
        Connection = configuration["Redis:Connection"] ?? "",
        Topics = SourceSettings.Topics(configuration, TopicsName),
        StartBack = SourceSettings.StartBack(configuration),
        MaxLength = MaxLengthOf(configuration) ?? 100_000,
    };

    /// <summary>What is wrong with the settings, in words; never with a secret in them.</summary>
    public static IEnumerable<string> Errors(IConfiguration configuration)
    {
        foreach (var error in SourceSettings.TopicErrors(configuration, TopicsName)) yield return error;
        if (configuration[MaxLengthName] is { Length: > 0 } && MaxLengthOf(configuration) is null or < 100) yield return $"{MaxLengthName} is \"{configuration[MaxLengthName]}\": use a whole number of entries, at least 100.";
        if (configuration["Redis:Connection"] is { Length: > 0 } connection && ConnectionError(connection) is { } wrong) yield return wrong;
    }

    /// <summary>For one connection; a break is noticed and told, not hidden by a queue.</summary>
    public ConfigurationOptions Options()
    {
        var options = ConfigurationOptions.Parse(Connection);
        options.ClientName = "qmtl-console";
        options.ConnectTimeout = (int)Patience.TotalMilliseconds;
        options.ConnectRetry = 1;
        // Neither a channel for its own purposes nor a tie-breaker key: the console leaves nothing in this server.
        options.TieBreaker = "";
        options.ConfigurationChannel = "";
        return options;
    }

    private static int? MaxLengthOf(IConfiguration configuration) => int.TryParse(configuration[MaxLengthName], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    private static string? ConnectionError(string connection)
    {
        const string Form = "use the server and options in the form host:6379,password=…,ssl=true,defaultDatabase=0.";
        if (connection.Contains("://", StringComparison.Ordinal)) return $"Redis:Connection is an address: {Form}";
        try
        {
            return ConfigurationOptions.Parse(connection).EndPoints.Count > 0 ? null : $"Redis:Connection names no server: {Form}";
        }
        catch (ArgumentException)
        {
            // Its message repeats what stands there, which may be the password.
            return $"Redis:Connection has an option that is not known, or a value that does not fit it: {Form} The client knows no user names; use a password alone.";
        }
    }

    private static string Text(EndPoint place) => place switch
    {
        DnsEndPoint { Port: 0 } name => $"{name.Host}:6379",
        DnsEndPoint name => $"{name.Host}:{name.Port.ToString(CultureInfo.InvariantCulture)}",
        IPEndPoint { Port: 0 } address => $"{address.Address}:6379",
        _ => place.ToString() ?? "",
    };
}
