using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.Account;

public sealed partial class AccountPage : IDisposable
{
    private AccountView? _account;
    private Failure? _failure;
    private string? _refused;
    private string? _done;
    private string? _token;
    private string? _tokenName;
    private string? _keyProblem;
    private bool _isMaking;

    [Inject] private ICurrentCaller Current { get; set; } = default!;

    [Inject] private IOwnAccount Own { get; set; } = default!;

    [Inject] private IAccounts Accounts { get; set; } = default!;

    [Inject] private SignInOptions SignIn { get; set; } = default!;

    [Inject] private TimeProvider Time { get; set; } = default!;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    private string SignedInBy => SignIn.Mode switch
    {
        SignInMode.Local => "user name and password",
        SignInMode.Proxy => "the proxy in front of the console",
        SignInMode.OAuth => "the identity provider",
        _ => "nobody: this console is open (sandbox)",
    };

    private string NoPassword => SignIn.Mode switch
    {
        SignInMode.Proxy => "Your password is not kept here: the proxy in front of the console signs you in.",
        SignInMode.OAuth => "Your password is not kept here: the identity provider signs you in.",
        _ => "Demo users have no password.",
    };

    public void Dispose()
    {
        Accounts.Changed -= OnChanged;
        Current.Changed -= OnChanged;
    }

    protected override async Task OnInitializedAsync()
    {
        Accounts.Changed += OnChanged;
        Current.Changed += OnChanged;
        await LoadAsync();
    }

    private static string Count(int count, string word) => string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : "s")}");

    private static string May(KeyView key) =>
        (key.Permissions.Count == 0 ? "all that you may" : string.Join(", ", key.Permissions)) + (key.Scopes.Count == 0 ? "" : " in " + string.Join(", ", key.Scopes));

    private void OnChanged() => _ = InvokeAsync(async () =>
    {
        await LoadAsync();
        StateHasChanged();
    });

    private async Task LoadAsync()
    {
        try
        {
            _account = await Own.FindAsync(Current.Caller, CancellationToken.None);
            _failure = null;
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            _failure = new("Your account could not be read.", $"The console's own store: {problem.Message}", "Reload the page; when it stays so, look at the health report.");
        }
    }

    private Task<bool> ChangePasswordAsync(PasswordForm.Change change) =>
        TryAsync(() => Own.ChangePasswordAsync(Current.Caller, change.Old, change.New, CancellationToken.None), "The password is changed. Your other sessions have ended.");

    private async Task EndSessionAsync(SessionView session)
    {
        var isThis = session.Id == Current.Caller.SessionId;
        if (await TryAsync(() => Own.EndSessionAsync(Current.Caller, session.Id, CancellationToken.None), $"The session on {session.Client} has ended.") && isThis) Navigation.NavigateTo("/sign-in", forceLoad: true);
    }

    private async Task RevokeAsync(KeyView key) =>
        await TryAsync(() => Own.RevokeKeyAsync(Current.Caller, key.Id, CancellationToken.None), $"The key “{key.Name}” is revoked.");

    private async Task MakeKeyAsync(NewKey key)
    {
        _keyProblem = null;
        var isMade = await TryAsync(async () => (_tokenName, _token) = (key.Name, (await Own.MakeKeyAsync(Current.Caller, key, CancellationToken.None)).Token), null);
        if (isMade) _isMaking = false;
        else (_keyProblem, _refused) = (_refused, null);
    }

    private async Task<bool> TryAsync(Func<Task> act, string? done)
    {
        (_refused, _done) = (null, null);
        try
        {
            await act();
            _done = done;
            await LoadAsync();
            return true;
        }
        catch (AccountRefusedException refused)
        {
            _refused = $"{refused.Message} {refused.Advice}";
        }
        catch (Exception problem) when (problem is PermissionDeniedException or PasswordWorkBusyException)
        {
            _refused = problem.Message;
        }
        catch (AuditUnavailableException unavailable)
        {
            _refused = $"Nothing was done, because the audit cannot be written: {unavailable.Message}";
        }

        return false;
    }
}
