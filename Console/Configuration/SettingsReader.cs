using System.Globalization;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Qmtl.Console.Api;
using Qmtl.Console.Storage;
using Qmtl.ControlBus.Sources;
using Qmtl.Operations.Policies;
using Qmtl.Operations.Storage;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Notifications;

namespace Qmtl.Console.Configuration;

/// <summary>Reads and checks all settings, and collects all errors before it refuses.</summary>
public static class SettingsReader
{
    /// <exception cref="SettingsRefusedException">At least one setting is wrong; it lists all.</exception>
    public static ConsoleSettings Read(IConfigurationRoot configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var errors = new List<string>(UnknownKeys(configuration));
        var wrongLimits = false;
        foreach (var setting in KnownSettings.All.Where(setting => setting.Use != SettingUse.Later))
        {
            foreach (var (key, value) in ValuesOf(configuration, setting))
            {
                if (SettingChecks.Problem(setting, value) is not { } problem) continue;
                wrongLimits |= setting.Name.StartsWith(LimitsOptions.Section + ":", StringComparison.Ordinal);
                errors.Add($"{key} is \"{(setting.IsSecret ? "…" : WithoutCredentials(value))}\": {problem}");
            }
        }

        if (!wrongLimits) errors.AddRange(LimitErrors(configuration));
        var observed = ObservedSystems(configuration);
        errors.AddRange(OperationsSettings.Errors(configuration, new StorageOptions { Path = configuration["Storage:Path"] }.Folder));
        errors.AddRange(SandboxErrors(SettingChecks.Switch(configuration["Sandbox:Enabled"]), observed));
        errors.AddRange(SignInErrors(configuration, observed));
        errors.AddRange(PolicySettings.Errors(configuration, KnownOperations.All));
        errors.AddRange(WebhookOptions.Errors(configuration));
        errors.AddRange(ControlSources.Errors(configuration));
        if (errors.Count > 0) throw new SettingsRefusedException(errors);
        return new()
        {
            Environment = Environment(configuration, observed.Count == 0 ? EnvironmentSettings.DefaultName : "connected"),
            IsSandbox = observed.Count == 0,
            ObservedSystems = observed,
            InForce = InForce(configuration),
        };
    }

    private static EnvironmentSettings Environment(IConfigurationRoot configuration, string defaultName)
    {
        var name = configuration["Environment:Name"]?.Trim() is { Length: > 0 } given ? given : defaultName;
        var colour = configuration["Environment:Colour"] is { Length: > 0 } text ? EnvironmentSettings.ParseColour(text) : null;
        return new(name, colour ?? (EnvironmentSettings.SaysProduction(name) ? EnvironmentSettings.ProductionColour : EnvironmentSettings.DefaultColour));
    }

    private static IEnumerable<string> SandboxErrors(bool? sandbox, List<string> observed)
    {
        if (sandbox == true && observed.Count > 0)
        {
            yield return $"Sandbox:Enabled is true, but {SettingChecks.Join(observed)} {(observed.Count == 1 ? "names" : "name")} an observed system. Remove one or the other: a console shows either the sandbox or a real QMTL.";
        }

        if (sandbox == false && observed.Count == 0)
        {
            yield return $"Sandbox:Enabled is false, and no observed system is named: the console would have nothing to show. Name one ({SettingChecks.Join([.. KnownSettings.All.Where(setting => setting.Use == SettingUse.ObservedSystem).Select(setting => setting.Name)], "or")}) or leave Sandbox:Enabled out.";
        }
    }

    private static IEnumerable<string> SignInErrors(IConfigurationRoot configuration, List<string> observed)
    {
        if (SignInOptions.Of(configuration).Mode == SignInMode.Open && observed.Count > 0)
        {
            yield return $"SignIn:Mode is Open, but {SettingChecks.Join(observed)} {(observed.Count == 1 ? "names" : "name")} an observed system. Open lets everybody in and is for the sandbox only: use Local, Proxy or OAuth.";
        }
    }

    /// <summary>Keys that nothing reads: unknown ones, and those of a later version.</summary>
    private static IEnumerable<string> UnknownKeys(IConfigurationRoot configuration)
    {
        var told = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var provider in configuration.Providers)
        {
            // The environment holds the whole machine's variables: only those that address a section of ours are judged.
            var isEnvironment = provider is EnvironmentVariablesConfigurationProvider;
            foreach (var key in Leaves(provider, null))
            {
                var root = key.Split(':')[0];
                var isOurs = key.Contains(':', StringComparison.Ordinal) && KnownSettings.Sections.Contains(root);
                if (!isOurs && (isEnvironment || KnownSettings.FrameworkSections.Contains(root))) continue;
                var known = KnownSettings.Find(key);
                if (known is { Use: not SettingUse.Later } || !told.Add(key)) continue;
                yield return known is not null
                    ? $"{key} is set, but no part of this version reads it: it belongs to a later version. Remove it."
                    : $"{key} is not a setting of the console. {Suggestion(key)}";
            }
        }
    }

    private static IEnumerable<string> Leaves(IConfigurationProvider provider, string? parent)
    {
        foreach (var child in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var key = parent is null ? child : $"{parent}:{child}";
            if (provider.TryGet(key, out var value) && value is { Length: > 0 }) yield return key;
            foreach (var leaf in Leaves(provider, key)) yield return leaf;
        }
    }

    private static string Suggestion(string key)
    {
        var (name, distance) = KnownSettings.All
            .Where(setting => setting.Use != SettingUse.Later)
            .Select(setting => (setting.Name, Distance: EditDistance.Of(setting.Name.ToUpperInvariant(), key.ToUpperInvariant())))
            .MinBy(pair => pair.Distance);
        return distance <= Math.Max(3, key.Length / 3) ? $"Did you mean {name}?" : "Remove it; README.md lists the settings.";
    }

    private static IEnumerable<(string Key, string Value)> ValuesOf(IConfigurationRoot configuration, KnownSetting setting)
    {
        if (configuration[setting.Name] is { Length: > 0 } value) yield return (setting.Name, value);
        if (setting.Name.EndsWith(":*", StringComparison.Ordinal))
        {
            foreach (var (key, below) in configuration.GetSection(setting.Name[..^2]).AsEnumerable())
            {
                if (below is { Length: > 0 }) yield return (key, $"{key[(setting.Name.Length - 1)..]}={below}");
            }
        }

        if (!setting.IsList) yield break;
        foreach (var item in configuration.GetSection(setting.Name).GetChildren())
        {
            if (item.Value is { Length: > 0 } text) yield return (item.Path, text);
        }
    }

    private static IEnumerable<string> LimitErrors(IConfigurationRoot configuration)
    {
        var limits = new LimitsOptions();
        try
        {
            configuration.GetSection(LimitsOptions.Section).Bind(limits);
        }
        catch (InvalidOperationException exception)
        {
            // A whole number, but larger than the setting can hold.
            return [$"{exception.Message.TrimEnd('.')}: use a smaller number."];
        }

        return new LimitsOptionsValidator().Validate(null, limits).Failures ?? [];
    }

    private static List<string> ObservedSystems(IConfigurationRoot configuration) =>
    [
        .. KnownSettings.All
            .Where(setting => setting.Use == SettingUse.ObservedSystem && ValuesOf(configuration, setting).Any())
            .Select(setting => setting.Name),
    ];

    private static List<SettingInForce> InForce(IConfigurationRoot configuration) =>
    [
        .. KnownSettings.All.Where(setting => setting.Use != SettingUse.Later).Select(setting =>
        {
            var values = ValuesOf(configuration, setting).Select(pair => pair.Value).ToArray();
            return values.Length == 0
                ? new SettingInForce(setting.Name, setting.Default.Length > 0 ? setting.Default : "not set", true)
                : new SettingInForce(setting.Name, setting.IsSecret ? "set (not shown)" : string.Join(", ", values.Select(WithoutCredentials)), false);
        }),
    ];

    /// <summary>An address without the name and password in it.</summary>
    private static string WithoutCredentials(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.UserInfo.Length > 0 ? $"{url.Scheme}://…@{url.Authority}{url.PathAndQuery}" : value;
}
