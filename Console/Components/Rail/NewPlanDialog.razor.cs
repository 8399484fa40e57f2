using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Security;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Components.Rail;

public sealed partial class NewPlanDialog
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private string _kind = "";
    private string _target = "";
    private string _reason = "";
    private AccessDecision _may = AccessDecision.Yes;
    private Failure? _failure;
    private bool _busy;
    private bool _shown;

    [Inject]
    private IPlans Plans { get; set; } = null!;

    [Inject]
    private ICurrentCaller Current { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Parameter, EditorRequired]
    public required bool Open { get; set; }

    /// <summary>Kind to begin with, or null.</summary>
    [Parameter]
    public string? Kind { get; set; }

    /// <summary>Target to begin with, or null.</summary>
    [Parameter]
    public string? Target { get; set; }

    /// <summary>Values to begin with, by parameter.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, string>? Values { get; set; }

    /// <summary>Kind and target are given and not asked for.</summary>
    [Parameter]
    public bool Locked { get; set; }

    /// <summary>Only the kind is given: the target is asked for.</summary>
    [Parameter]
    public bool AskTarget { get; set; }

    [Parameter, EditorRequired]
    public required EventCallback OnClose { get; set; }

    private PlannedKind? Chosen => Plans.Kinds.FirstOrDefault(kind => kind.Kind.Name == _kind);

    /// <summary>Why the button is disabled: empty when that is plain to see, null when it is not disabled.</summary>
    private string? WhyNot => _busy || Chosen is not { } chosen ? ""
        : !_may.Allowed ? _may.Reason
        : _target.Trim().Length == 0 ? $"Name the {chosen.Kind.TargetWord}."
        : chosen.Kind.Parameters.FirstOrDefault(parameter => parameter.Required && _values.GetValueOrDefault(parameter.Name, "").Length == 0) is { } missing ? $"{missing.Name} is missing."
        : _reason.Trim().Length == 0 ? "Give a reason."
        : null;

    protected override void OnParametersSet()
    {
        if (Open == _shown) return;
        _shown = Open;
        if (!Open) return;
        _values.Clear();
        foreach (var (name, value) in Values ?? new Dictionary<string, string>()) _values[name] = value;
        _target = Target ?? "";
        _reason = "";
        _failure = null;
        _busy = false;
        Choose(Kind);
    }

    private void Choose(string? kind)
    {
        _kind = kind ?? "";
        // A narrowed right may hold for this target; the plan itself asks again.
        _may = Chosen is not { } chosen || Permissions.ScopeOf(chosen.Kind.Permission) != ScopeKind.None ? AccessDecision.Yes : Current.May(chosen.Kind.Permission);
    }

    private async Task MakeAsync()
    {
        // Also a second click that was on its way before the button was disabled.
        if (WhyNot is not null || Chosen is not { } chosen) return;
        _busy = true;
        _failure = null;
        try
        {
            var request = new PlanRequest(chosen.Kind.Name, _target.Trim(), Parameters(chosen.Kind), _reason.Trim());
            var plan = chosen.Policy.Immediate
                ? await Plans.DoAsync(Current.Caller, request, CancellationToken.None)
                : await Plans.CreateAsync(Current.Caller, request, CancellationToken.None);
            await OnClose.InvokeAsync();
            Navigation.NavigateTo($"/plans/{Uri.EscapeDataString(plan.Id)}");
        }
#pragma warning disable CA1031 // Whatever refuses is shown in the dialog, over what was typed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = RailFailures.Of(exception, chosen.Policy.Immediate ? "This was not done." : "This could not be planned.");
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>Values that read as JSON (numbers, true, lists) go as such, everything else as text; so on the command line too.</summary>
    private JsonElement Parameters(OperationKind kind) =>
        RailParameters.Of(kind.Parameters.Where(parameter => _values.GetValueOrDefault(parameter.Name, "").Length > 0).Select(parameter => KeyValuePair.Create(parameter.Name, _values[parameter.Name])));
}
