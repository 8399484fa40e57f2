using Microsoft.Extensions.Configuration;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Policies;

/// <summary>Says what a plan must pass: the settings of its kind, else the default of its danger.</summary>
internal sealed class PolicyBook
{
    /// <summary>Plans of more items ask for a typed name and a second person, unless the kind's setting says otherwise.</summary>
    public const int DefaultBulk = 100;

    private readonly IReadOnlyDictionary<string, PolicySettings> _settings;

    /// <summary>Of settings in which <see cref="PolicySettings.Errors"/> found nothing wrong.</summary>
    public PolicyBook(IConfiguration configuration) => _settings = PolicySettings.Read(configuration);

    /// <summary>Of a plan.</summary>
    public PlanPolicy For(OperationKind kind, int items, bool isGrave)
    {
        var set = _settings.GetValueOrDefault(kind.Name);
        if (kind.Danger == OperationDanger.Emergency)
        {
            return new(Immediate: set?.Immediate ?? false, TypedTarget: false, Approvals: 0, Unattended: set?.Unattended ?? false);
        }

        var heavy = isGrave || items > (set?.Bulk ?? DefaultBulk);
        var needsSecond = heavy || kind.Danger == OperationDanger.Grave;
        return new(
            Immediate: !heavy && (set?.Immediate ?? kind.Danger == OperationDanger.Harmless),
            TypedTarget: set?.TypedTarget ?? needsSecond,
            Approvals: set?.Approvals ?? (needsSecond ? 1 : 0),
            Unattended: set?.Unattended ?? false);
    }

    /// <summary>Of a kind, as a page shows it: of a small plan that is not grave.</summary>
    public PlannedKind Shown(OperationKind kind) => new(
        kind,
        For(kind, items: 1, isGrave: false),
        _settings.ContainsKey(kind.Name) ? $"{PolicySettings.Section}:{kind.Name}" : $"default of {Word(kind.Danger)} operations")
    {
        Bulk = kind.Danger == OperationDanger.Emergency ? null : _settings.GetValueOrDefault(kind.Name)?.Bulk ?? DefaultBulk,
    };

    private static string Word(OperationDanger danger) => danger switch
    {
        OperationDanger.Harmless => "harmless",
        OperationDanger.Ordinary => "ordinary",
        OperationDanger.Grave => "grave",
        _ => "emergency",
    };
}
