using System.Globalization;
using Qmtl.Console.Api;

namespace Qmtl.Console.Configuration;

/// <summary>What this version does with a setting.</summary>
public enum SettingUse
{
    /// <summary>Read.</summary>
    Read,

    /// <summary>Names an observed system: read to decide between sandbox and connected.</summary>
    ObservedSystem,

    /// <summary>Known by name, but no part of this version reads it.</summary>
    Later,
}

/// <summary>How the value of a setting is checked.</summary>
public enum SettingKind
{
    Text,
    Switch,
    Whole,
    Colour,
    HttpUrl,
    Origin,
    Choice,
    Folder,
}

/// <summary>A setting that has a name in QMTL's console.</summary>
/// <param name="Name">With colons; <c>*</c> at the end stands for anything below.</param>
/// <param name="Use">What this version does with it.</param>
/// <param name="Kind">How it is checked.</param>
/// <param name="Default">In words or as value; empty when there is none.</param>
/// <param name="Choices">For <see cref="SettingKind.Choice"/>.</param>
/// <param name="IsSecret">Its value is never shown.</param>
/// <param name="IsList">Its items stand below it by number.</param>
public sealed record KnownSetting(
    string Name,
    SettingUse Use,
    SettingKind Kind = SettingKind.Text,
    string Default = "",
    IReadOnlyList<string>? Choices = null,
    bool IsSecret = false,
    bool IsList = false);

/// <summary>Every setting by name. The names stay: users, scripts and tests rely on them.</summary>
public static class KnownSettings
{
    public static readonly IReadOnlyList<KnownSetting> All =
    [
        new("Environment:Name", SettingUse.Read, SettingKind.Text, "sandbox, or connected"),
        new("Environment:Colour", SettingUse.Read, SettingKind.Colour, EnvironmentSettings.DefaultColour),
        new("Sandbox:Enabled", SettingUse.Read, SettingKind.Switch, "on when no observed system is named"),
        new("Sandbox:Seed", SettingUse.Read, SettingKind.Whole, "7"),
        new("Sandbox:EventsPerSecond", SettingUse.Read, SettingKind.Whole, "0"),
        new("Gateway:FallbackSentinelFormat", SettingUse.Read, SettingKind.Choice, "decimal", ["decimal", "hex"]),
        new("Gateway:AllowedStreamHosts", SettingUse.Read, Default: "the host of Gateway:Url alone", IsList: true),
        new("ControlBus:Gateway:Worlds", SettingUse.Read, Default: "those that the Gateway lists", IsList: true),
        new("ControlBus:Gateway:MaxWorlds", SettingUse.Read, SettingKind.Whole, "64"),
        new("ControlBus:Gateway:TokenlessStream", SettingUse.Read, SettingKind.Switch, "false"),
        new("Http:PublicOrigin", SettingUse.Read, SettingKind.Origin),
        new("Http:TrustedProxies", SettingUse.Read, Default: "none", IsList: true),
        new("SignIn:Proxy:IdentityHeader", SettingUse.Read, Default: "X-Forwarded-User"),
        new("SignIn:Proxy:NameHeader", SettingUse.Read),
        new("SignIn:Proxy:GroupsHeader", SettingUse.Read, Default: "X-Forwarded-Groups"),
        new("SignIn:Proxy:SecretHeader", SettingUse.Read, Default: "X-Proxy-Secret"),
        new("SignIn:Proxy:Secret", SettingUse.Read, IsSecret: true),
        new("SignIn:Proxy:SignOutUrl", SettingUse.Read),
        .. RoleSettings("SignIn:Proxy"),
        new("SignIn:OAuth:AuthorizationEndpoint", SettingUse.Read, SettingKind.HttpUrl),
        new("SignIn:OAuth:TokenEndpoint", SettingUse.Read, SettingKind.HttpUrl),
        new("SignIn:OAuth:UserInfoEndpoint", SettingUse.Read, SettingKind.HttpUrl),
        new("SignIn:OAuth:ClientId", SettingUse.Read),
        new("SignIn:OAuth:ClientSecret", SettingUse.Read, IsSecret: true),
        new("SignIn:OAuth:Scope", SettingUse.Read, Default: "openid, profile, groups, offline_access", IsList: true),
        new("SignIn:OAuth:IdClaim", SettingUse.Read, Default: "sub"),
        new("SignIn:OAuth:NameClaim", SettingUse.Read, Default: "name"),
        new("SignIn:OAuth:GroupsClaim", SettingUse.Read, Default: "groups"),
        .. RoleSettings("SignIn:OAuth"),
        new("Storage:Path", SettingUse.Read, SettingKind.Folder, "qmtl-console in the user's application data"),
        new("SignIn:Mode", SettingUse.Read, SettingKind.Choice, "Local", ["Local", "Proxy", "OAuth", "Open"]),
        new("SignIn:IdleMinutes", SettingUse.Read, SettingKind.Whole, "30"),
        new("SignIn:SessionHours", SettingUse.Read, SettingKind.Whole, "12"),
        new("Postgres:Connection", SettingUse.Read, Default: "files under Storage:Path", IsSecret: true),
        new("Postgres:MigrationConnection", SettingUse.Read, IsSecret: true),
        new("Audit:Key", SettingUse.Read, Default: "on files one of its own", IsSecret: true),
        new("Audit:KeyFile", SettingUse.Read),
        new("Audit:HeadTarget", SettingUse.Read, Default: "nowhere: a cut tail cannot be found"),
        new("Operations:Policies:*", SettingUse.Read, Default: "by danger: see the page Access"),
        new("Notifications:Webhook", SettingUse.Read, Default: "nobody is told", IsSecret: true),
        new("Notifications:WebhookKey", SettingUse.Read, IsSecret: true),
        new("ControlBus:JournalCapacity", SettingUse.Read, SettingKind.Whole, "200000"),
        new("ControlBus:JournalBytes", SettingUse.Read, SettingKind.Whole, "268435456"),
        new("ControlBus:SubscriberCapacity", SettingUse.Read, SettingKind.Whole, "50000"),
        new("ControlBus:Spill:Hours", SettingUse.Read, SettingKind.Whole, "24 when connected, 0 (off) in the sandbox"),
        new("ControlBus:Spill:Bytes", SettingUse.Read, SettingKind.Whole, "2147483648"),
        new("ControlBus:Spill:Path", SettingUse.Read, SettingKind.Folder, "live under Storage:Path"),
        new("ControlBus:StartBack", SettingUse.Read, Default: "00:15:00"),
        new("ControlBus:Redis:Topics", SettingUse.Read, Default: "the same six topics as Kafka:Topics", IsList: true),
        new("ControlBus:Redis:MaxLength", SettingUse.Read, Default: "100000"),
        new("Kafka:Topics", SettingUse.Read, Default: "activation, policy, queue, sentinel_weight, rebalancing_planned, control.activation.ack", IsList: true),
        new("Kafka:SecurityProtocol", SettingUse.Read, Default: "plaintext"),
        new("Kafka:SaslMechanism", SettingUse.Read, Default: "PLAIN"),
        new("Kafka:SaslUsername", SettingUse.Read),
        new("Kafka:SaslPassword", SettingUse.Read, IsSecret: true),
        new("Kafka:SslCaLocation", SettingUse.Read, Default: "the machine's certificates"),
        .. LimitSettings(),

        new("Gateway:Url", SettingUse.ObservedSystem, SettingKind.HttpUrl),
        new("Neo4j:Url", SettingUse.ObservedSystem, SettingKind.HttpUrl),
        new("WorldService:Url", SettingUse.ObservedSystem, SettingKind.HttpUrl),
        new("Redis:Connection", SettingUse.ObservedSystem, IsSecret: true),
        new("DeadLetters:Connection", SettingUse.ObservedSystem, IsSecret: true),
        new("Kafka:Brokers", SettingUse.ObservedSystem, IsList: true),
        new("ControlBus:Sources", SettingUse.ObservedSystem, SettingKind.Choice, Choices: ["gateway", "kafka", "redis", "inprocess"], IsList: true),

        new("Gateway:Listen", SettingUse.Later),
        new("Gateway:Database", SettingUse.Later, IsSecret: true),
        new("Neo4j:Database", SettingUse.Later),
        new("Neo4j:User", SettingUse.Later),
        new("Neo4j:Password", SettingUse.Later, IsSecret: true),
    ];

    /// <summary>First parts of the names: what stands below them is ours to judge, wherever it was set.</summary>
    public static readonly IReadOnlySet<string> Sections =
        All.Select(setting => setting.Name.Split(':')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the framework reads by itself.</summary>
    public static readonly IReadOnlySet<string> FrameworkSections = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "Logging", "Kestrel", "AllowedHosts", "urls", "http_ports", "https_ports", "https_port", "environment", "applicationName", "contentRoot", "webroot",
        "detailedErrors", "shutdownTimeoutSeconds", "preferHostingUrls", "captureStartupErrors", "suppressStatusMessages", "staticWebAssets",
        "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup", "ReloadStaticAssetsAtRuntime", "hostBuilder",
    };

    /// <summary>The setting that a key belongs to, or null.</summary>
    public static KnownSetting? Find(string key) => All.FirstOrDefault(setting => Covers(setting, key));

    private static bool Covers(KnownSetting setting, string key)
    {
        if (setting.Name.EndsWith('*')) return key.StartsWith(setting.Name[..^1], StringComparison.OrdinalIgnoreCase);
        if (key.Equals(setting.Name, StringComparison.OrdinalIgnoreCase)) return true;
        return setting.IsList
            && key.Length > setting.Name.Length + 1
            && key.StartsWith(setting.Name + ":", StringComparison.OrdinalIgnoreCase)
            && !key.AsSpan(setting.Name.Length + 1).ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>Which groups have which role, and where; checked by <see cref="Security.RoleMapping"/>.</summary>
    private static IEnumerable<KnownSetting> RoleSettings(string section) =>
    [
        .. Qmtl.Shared.Rail.Roles.All.Select(role => new KnownSetting($"{section}:Roles:{role.Name}", SettingUse.Read, IsList: true)),
        new($"{section}:DefaultRole", SettingUse.Read, SettingKind.Choice, Choices: [.. Qmtl.Shared.Rail.Roles.All.Select(role => role.Name)]),
        new($"{section}:Scopes", SettingUse.Read, IsList: true),
    ];

    private static IEnumerable<KnownSetting> LimitSettings()
    {
        var defaults = new LimitsOptions();
        return typeof(LimitsOptions).GetProperties()
            .Where(property => property.CanWrite)
            .Select(property => new KnownSetting(
                $"{LimitsOptions.Section}:{property.Name}",
                SettingUse.Read,
                property.PropertyType == typeof(int) || property.PropertyType == typeof(long) ? SettingKind.Whole : SettingKind.Text,
                Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture) ?? ""));
    }
}
