using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Security;
using Qmtl.Operations.Plans;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.Access;

/// <summary>Accounts, roles with their permissions, policies in force, and the read-only switch.</summary>
public sealed partial class AccessPage
{
    private static readonly IReadOnlyList<TabItem> _tabs =
        [new(nameof(AccessTab.Accounts), "Accounts"), new(nameof(AccessTab.Roles), "Roles"), new(nameof(AccessTab.Policies), "Policies"), new(nameof(AccessTab.Switch), "Read-only switch")];

    private AccessDecision _may;

    [Inject]
    private IPlans Plans { get; set; } = null!;

    [Inject]
    private IReadOnlySwitch Switch { get; set; } = null!;

    [Inject]
    private IAuthorizer Authorizer { get; set; } = null!;

    [Inject]
    private ICurrentCaller Current { get; set; } = null!;

    private string Figure => Switch.IsOn ? "the console is read-only" : $"{Roles.All.Count} roles, {Permissions.All.Count} permissions";

    protected override void OnInitialized()
    {
        base.OnInitialized();
        Current.Changed += OnChanged;
    }

    /// <summary>Who may read plans may know what they must pass; who has an account is for fewer.</summary>
    private string Needed => State.Tab == AccessTab.Accounts ? Permissions.AccessRead : Permissions.PlansRead;

    /// <summary>Asks for the permission itself: roles and policies come from code and settings, which no service guards.</summary>
    protected override async Task OnStateChangedAsync()
    {
        // The page opens on the accounts: whoever did not ask for them is told, and denied nothing.
        if (State is { Tab: AccessTab.Accounts, Account: null } && Current.May(Permissions.AccessRead) is { Allowed: false } not)
        {
            _may = not;
            return;
        }

        try
        {
            await Authorizer.RequireAsync(Current.Caller, Needed, null, "page Access", CancellationToken.None);
            _may = AccessDecision.Yes;
        }
        catch (PermissionDeniedException denied)
        {
            _may = AccessDecision.No(denied.Message);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Current.Changed -= OnChanged;
        base.Dispose(disposing);
    }

    private void OnChanged() => _ = InvokeAsync(() =>
    {
        _may = Current.May(Needed);
        StateHasChanged();
    });
}
