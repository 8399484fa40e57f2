using System.Globalization;
using Microsoft.Extensions.Configuration;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Policies;

/// <summary>
/// What the setting <c>Operations:Policies:&lt;kind&gt;</c> says. A member that is not set is left to the default, which depends on how grave the
/// kind and the plan are.
/// </summary>
public sealed record PolicySettings
{
    public const string Section = "Operations:Policies";

    /// <summary>Most second persons that can be asked for.</summary>
    public const int MaxApprovals = 5;

    /// <summary>Planned, confirmed and executed in one click.</summary>
    public bool? Immediate { get; init; }

    /// <summary>The target's name is typed to confirm.</summary>
    public bool? TypedTarget { get; init; }

    /// <summary>How many second persons, 0 to 5.</summary>
    public int? Approvals { get; init; }

    /// <summary>Whether a command without a person at a terminal may confirm.</summary>
    public bool? Unattended { get; init; }

    /// <summary>Plans of more items than this ask for a typed name and a second person.</summary>
    public int? Bulk { get; init; }

    /// <summary>What is wrong with the section, with what to do; empty when nothing is.</summary>
    /// <param name="kinds">The kinds that this version has.</param>
    public static IEnumerable<string> Errors(IConfiguration configuration, IReadOnlyCollection<KnownKind> kinds)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(kinds);
        foreach (var section in Sections(configuration))
        {
            if (kinds.FirstOrDefault(kind => kind.Name == section.Key) is not { } kind)
            {
                yield return $"{section.Path} is about no kind of operation. The kinds are {string.Join(", ", kinds.Select(known => known.Name).Order(StringComparer.Ordinal))}.";
                continue;
            }

            if (section.Value is { Length: > 0 } value)
            {
                yield return $"{section.Path} is \"{value}\": name a member, for instance {section.Path}:Approvals=1.";
            }

            foreach (var error in section.GetChildren().Select(member => Error(member, kind)).Concat(Contradictions(section, kind)).OfType<string>()) yield return error;
        }
    }

    /// <summary>The settings by kind. Ask after <see cref="Errors"/> found none.</summary>
    public static IReadOnlyDictionary<string, PolicySettings> Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Sections(configuration).ToDictionary(
            section => section.Key,
            section => new PolicySettings
            {
                Immediate = Switch(section[nameof(Immediate)]),
                TypedTarget = Switch(section[nameof(TypedTarget)]),
                Approvals = Whole(section[nameof(Approvals)]),
                Unattended = Switch(section[nameof(Unattended)]),
                Bulk = Whole(section[nameof(Bulk)]),
            },
            StringComparer.Ordinal);
    }

    private static IEnumerable<IConfigurationSection> Sections(IConfiguration configuration) => configuration.GetSection(Section).GetChildren();

    private static string? Error(IConfigurationSection member, KnownKind kind)
    {
        var value = member.Value ?? "";
        var isEmergency = kind.Danger == OperationDanger.Emergency;
        return member.Key.ToUpperInvariant() switch
        {
            "IMMEDIATE" or "TYPEDTARGET" or "UNATTENDED" when Switch(value) is null => Wrong(member, "use true or false."),
            "APPROVALS" when Whole(value) is not (>= 0 and <= MaxApprovals) => Wrong(member, $"use a whole number from 0 to {MaxApprovals}."),
            "BULK" when Whole(value) is not >= 1 => Wrong(member, "use a whole number from 1 on."),
            "APPROVALS" when isEmergency && Whole(value) > 0 => Wrong(member, "an emergency never waits for anybody. Remove it; emergencies are marked for review afterwards."),
            "TYPEDTARGET" when isEmergency && Switch(value) == true => Wrong(member, "an emergency never waits for a name to be typed. Remove it."),
            "BULK" when isEmergency => Wrong(member, "an emergency never waits, however many items it has. Remove it."),
            "IMMEDIATE" when kind.Danger == OperationDanger.Grave && Switch(value) == true => Wrong(member, $"{kind.Name} can do grave harm and is never done by one click. Remove it."),
            "IMMEDIATE" or "TYPEDTARGET" or "UNATTENDED" or "APPROVALS" or "BULK" => null,
            _ => $"{member.Path} is not a member of a policy. The members are Immediate, TypedTarget, Approvals, Unattended and Bulk.",
        };
    }

    private static IEnumerable<string> Contradictions(IConfigurationSection section, KnownKind kind)
    {
        var immediate = Switch(section[nameof(Immediate)]) ?? kind.Danger == OperationDanger.Harmless;
        if (!immediate) yield break;
        if (Whole(section[nameof(Approvals)]) > 0) yield return $"{section.Path}:Approvals is set, but {kind.Name} is immediate and waits for nobody. Set {section.Path}:Immediate=false or remove the approvals.";
        if (Switch(section[nameof(TypedTarget)]) == true) yield return $"{section.Path}:TypedTarget is true, but {kind.Name} is immediate. Set {section.Path}:Immediate=false or remove it.";
    }

    private static string Wrong(IConfigurationSection member, string advice) => $"{member.Path} is \"{member.Value}\": {advice}";

    private static bool? Switch(string? value) => bool.TryParse(value, out var on) ? on : null;

    private static int? Whole(string? value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>What must be known of a kind to check its settings.</summary>
public sealed record KnownKind(string Name, OperationDanger Danger)
{
    public static KnownKind Of(OperationKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return new(kind.Name, kind.Danger);
    }
}
