using Microsoft.Extensions.Configuration;
using Qmtl.Console.Configuration;
using Qmtl.Gateway;
using Qmtl.Shared.Health;

namespace Qmtl.Tests.Unit.Console.Configuration;

public sealed class SettingsTests
{
    [Fact]
    public void A_setting_is_known_once()
    {
        Assert.NotEmpty(KnownSettings.All);
        Assert.Empty(KnownSettings.All.GroupBy(setting => setting.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void Without_any_setting_the_sandbox_runs()
    {
        var settings = Read();
        Assert.True(settings.IsSandbox);
        Assert.Equal("sandbox", settings.Environment.Name);
        Assert.All(settings.InForce, setting => Assert.True(setting.IsDefault));
    }

    [Theory]
    [InlineData("Gateway:Url", "http://gateway:8000")]
    [InlineData("Neo4j:Url", "https://neo4j:7473")]
    [InlineData("WorldService:Url", "http://worlds:8001")]
    [InlineData("Redis:Connection", "redis:6379,password=s3cret")]
    [InlineData("DeadLetters:Connection", "Host=db;Password=s3cret")]
    [InlineData("Kafka:Brokers", "kafka:9092")]
    [InlineData("Kafka:Brokers:0", "kafka:9092")]
    [InlineData("ControlBus:Sources:0", "inprocess")]
    public void Any_observed_system_turns_the_sandbox_off_and_no_secret_is_shown(string name, string value)
    {
        var settings = Read((name, value));
        Assert.False(settings.IsSandbox);
        Assert.Single(settings.ObservedSystems);
        Assert.DoesNotContain(settings.InForce, setting => setting.Value.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gateway", "Gateway:Url")]
    [InlineData("kafka", "Kafka:Brokers")]
    [InlineData("redis", "Redis:Connection")]
    public void A_source_of_events_without_its_address_is_refused(string source, string needed) =>
        Assert.Contains(Errors(("ControlBus:Sources:0", source)), error => error.StartsWith($"ControlBus:Sources names {source}, but {needed} is not set.", StringComparison.Ordinal));

    [Fact]
    public void The_store_of_the_console_itself_is_no_observed_system_and_its_errors_are_in_the_list()
    {
        var settings = Read(("Postgres:Connection", "Host=db;Database=d;Username=u;Password=s3cret"), ("Audit:Key", new string('a', 64)));
        Assert.True(settings.IsSandbox);
        Assert.DoesNotContain(settings.InForce, setting => setting.Value.Contains("s3cret", StringComparison.Ordinal) || setting.Value.Contains("aaaa", StringComparison.Ordinal));
        Assert.Equal(3, Errors(("Postgres:Connection", "Host=db"), ("Audit:HeadTarget", "http://x"), ("Sandbox:Seed", "x")).Count(error => error.Contains("names no Username", StringComparison.Ordinal) || error.Contains("use https", StringComparison.Ordinal) || error.Contains("must not lie", StringComparison.Ordinal)));
    }

    [Fact]
    public void Credentials_in_an_address_are_not_shown() =>
        Assert.Equal("http://…@gateway:8000/", Read(("Gateway:Url", "http://me:s3cret@gateway:8000/")).InForce.Single(setting => setting.Name == "Gateway:Url").Value);

    [Fact]
    public void All_errors_come_in_one_list()
    {
        var errors = Errors(
            ("Environment:Colour", "purple"), ("Sandbox:Seed", "abc"), ("Sandbox:Enabled", "true"), ("Gateway:Url", "ftp://me:s3cret@x"),
            ("Gateway:FallbackSentinelFormat", "octal"), ("Limits:DagBytes", "many"), ("Enviroment:Name", "x"), ("Neo4j:Password", "s3cret"), ("Foo:Bar", "1"));
        Assert.Equal(9, errors.Count);
        Assert.Contains(errors, error => error.Contains("Did you mean Environment:Name?", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("Sandbox:Enabled is true, but Gateway:Url names", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Limits:BodyBytes", "1")]
    [InlineData("Limits:DagBytes", "99999999999")]
    [InlineData("Limits:NoSuchLimit", "1")]
    [InlineData("Environment:Name", "   ")]
    [InlineData("Environment:Name:Deeper", "x")]
    [InlineData("Sandbox:Enabled", "false")]
    [InlineData("Sandbox:Enabled", "yes")]
    [InlineData("Sandbox:Seed", "3000000000")]
    [InlineData("Http:PublicOrigin", "https://console.example/path")]
    [InlineData("ControlBus:Sources:0", "smoke-signals")]
    [InlineData("SignIn:Mode", "Everybody")]
    [InlineData("SignIn:IdleMinutes", "0")]
    [InlineData("Operations:Policies:schema.rollback", "two")]
    [InlineData("Kafka:SaslPassword", "x")]
    public void Refuses(string name, string value) => Assert.Contains(name.Split(':')[0], Assert.Single(Errors((name, value))), StringComparison.Ordinal);

    [Fact]
    public void What_the_framework_reads_is_let_through() =>
        Assert.True(Read(("Logging:LogLevel:Default", "Debug"), ("urls", "http://127.0.0.1:1"), ("Kestrel:Limits:MaxConcurrentConnections", "7")).IsSandbox);

    [Fact]
    public void Variables_of_the_machine_are_none_of_ours_but_our_sections_are()
    {
        var prefix = $"QMTLTEST{Guid.NewGuid():N}_";
        System.Environment.SetEnvironmentVariable(prefix + "SOME_OTHER__THING", "x");
        System.Environment.SetEnvironmentVariable(prefix + "Sandbox__Sed", "7");
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build();
        Assert.Contains("Did you mean Sandbox:Seed?", Assert.Single(Assert.Throws<SettingsRefusedException>(() => SettingsReader.Read(configuration)).Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prod-eu", true, EnvironmentSettings.ProductionColour)]
    [InlineData("Live", true, EnvironmentSettings.ProductionColour)]
    [InlineData("staging", false, EnvironmentSettings.DefaultColour)]
    [InlineData("product-lab", false, EnvironmentSettings.DefaultColour)]
    public void Production_is_known_by_its_name(string name, bool production, string colour)
    {
        var environment = Read(("Environment:Name", name)).Environment;
        Assert.Equal(production, environment.IsProduction);
        Assert.Equal(colour, environment.Colour);
    }

    [Theory]
    [InlineData("#1B5", "--env:#11bb55;--on-env:#000000")]
    [InlineData("#103060", "--env:#103060;--on-env:#ffffff")]
    public void Text_on_the_environments_colour_is_readable(string colour, string style) => Assert.Equal(style, Read(("Environment:Colour", colour)).Environment.Style);

    [Fact]
    public void A_connected_console_says_why_a_service_is_missing()
    {
        var directory = new ServiceDirectory(Read(("Gateway:Url", "http://gateway:8000")));
        Assert.Equal(DependencyState.NotInThisVersion, directory.Why(typeof(IGateway)).State);
        Assert.Equal(DependencyState.NotConfigured, directory.Why(typeof(IStrategyCatalogue)).State);
        Assert.Contains("Redis:Connection", directory.Why(typeof(IStrategyCatalogue)).Reason, StringComparison.Ordinal);
    }

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)))
        .Build();

    private static ConsoleSettings Read(params (string Name, string Value)[] settings) => SettingsReader.Read(Configuration(settings));

    private static IReadOnlyList<string> Errors(params (string Name, string Value)[] settings) =>
        Assert.Throws<SettingsRefusedException>(() => Read(settings)).Errors;
}
