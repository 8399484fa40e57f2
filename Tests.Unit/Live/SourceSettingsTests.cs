using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.ControlBus;
using Qmtl.ControlBus.InMemory;
using Qmtl.ControlBus.Kafka;
using Qmtl.ControlBus.Redis;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Unit.Live;

/// <summary>Settings of the sources: wrong ones are named, with what to do and without secrets.</summary>
public sealed class SourceSettingsTests
{
    [Theory]
    [InlineData("Kafka:Brokers", "kafka", "use host and port")]
    [InlineData("Kafka:Brokers", "kafka:9092,ka fka:1", "\"ka fka:1\"")]
    [InlineData("Kafka:Brokers", "kafka:70000", "use host and port")]
    [InlineData("Kafka:Topics", "queue,with space", "\"with space\"")]
    [InlineData("Kafka:SecurityProtocol", "tls", "use plaintext, ssl, sasl_plaintext or sasl_ssl")]
    [InlineData("Kafka:SecurityProtocol", "sasl_ssl", "Kafka:SaslUsername or Kafka:SaslPassword is missing")]
    [InlineData("Kafka:SaslPassword", "hunter2", "nobody would sign in")]
    [InlineData("Kafka:SslCaLocation", "/nowhere/ca.pem", "is not ssl or sasl_ssl")]
    [InlineData("ControlBus:StartBack", "15 minutes", "for instance 00:15:00")]
    [InlineData("ControlBus:StartBack", "-00:00:01", "for instance 00:15:00")]
    [InlineData("ControlBus:StartBack", "31.00:00:00", "at most 30 days")]
    public void A_wrong_setting_of_Kafka_is_named(string name, string value, string says)
    {
        var error = Assert.Single(Errors(("Kafka:Brokers", "kafka:9092"), (name, value)));
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Redis:Connection", "redis://:hunter2@redis", "is an address")]
    [InlineData("Redis:Connection", "redis:6379,user=me,password=hunter2", "no user names")]
    [InlineData("ControlBus:Redis:MaxLength", "5", "at least 100")]
    [InlineData("ControlBus:Redis:MaxLength", "many", "at least 100")]
    [InlineData("ControlBus:Redis:Topics", "a:b", "\"a:b\"")]
    public void A_wrong_setting_of_Redis_is_named(string name, string value, string says)
    {
        var error = Assert.Single(Errors(("ControlBus:Sources", "redis"), ("Redis:Connection", "redis:6379,password=hunter2"), (name, value)));
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_would_read_is_refused()
    {
        Assert.Contains("Kafka is no source", Assert.Single(Errors(("Kafka:Topics:0", "queue"), ("Kafka:SaslUsername", "me"))), StringComparison.Ordinal);
        Assert.Contains("Redis is no source", Assert.Single(Errors(("Redis:Connection", "redis"), ("ControlBus:Redis:MaxLength", "1000"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Right_settings_are_read_and_the_place_has_no_password()
    {
        (string, string)[] set =
        [
            ("ControlBus:Sources:0", "kafka"), ("ControlBus:Sources:1", "redis"), ("Kafka:Brokers:0", "k1:9092"), ("Kafka:Brokers:1", "[::1]:9093"), ("Kafka:SecurityProtocol", "SASL_PLAINTEXT"),
            ("Kafka:SaslMechanism", "scram-sha-512"), ("Kafka:SaslUsername", "me"), ("Kafka:SaslPassword", "hunter2"), ("Redis:Connection", "redis,password=hunter2"), ("ControlBus:StartBack", "02:00:00"),
        ];
        Assert.Empty(Errors(set));
        var configuration = Of(set);
        Assert.Equal(TimeSpan.FromHours(2), KafkaSettings.Of(configuration).StartBack);
        Assert.Equal("k1:9092, [::1]:9093", KafkaSettings.Of(configuration).Place);
        Assert.Equal("redis:6379", RedisSettings.Of(configuration).Place);
        Assert.Equal(SourceSettings.DefaultTopics, RedisSettings.Of(configuration).Topics);
    }

    [Theory]
    [InlineData("inprocess,redis,kafka", typeof(KafkaControlPublisher))]
    [InlineData("inprocess,redis", typeof(RedisControlPublisher))]
    [InlineData("inprocess", typeof(InProcessControlBus))]
    public async Task Events_are_sent_to_the_bus_where_most_listen(string sources, Type publisher)
    {
        var services = new ServiceCollection().AddControlBus(Of(("ControlBus:Sources", sources), ("Kafka:Brokers", "kafka:9092"), ("Redis:Connection", "redis")));
        await using var provider = services.BuildServiceProvider();
        Assert.IsType(publisher, provider.GetRequiredService<IControlPublisher>());
        Assert.Same(provider.GetRequiredService<IControlPublisher>(), provider.GetRequiredService<IControlEmitter>());
        Assert.Equal(sources.Split(','), provider.GetServices<IControlSource>().Select(source => source.Name));
    }

    private static IEnumerable<string> Errors(params (string Name, string Value)[] settings) => ControlSources.Errors(Of(settings));

    /// <summary>A later value for the same name wins.</summary>
    private static IConfiguration Of(params (string Name, string Value)[] settings)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in settings) values[name] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }
}
