using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Qmtl.Console.Components;

/// <summary>
/// Puts the focus on the heading of a page that has just come, so that screen readers begin there. The framework's own <c>FocusOnNavigate</c> does so
/// however late the page comes, and takes the focus from the field or the graph in which somebody has begun to use the keys meanwhile; this one leaves them alone.
/// </summary>
public sealed class FocusHeading : ComponentBase, IAsyncDisposable
{
    private Type? _page;
    private bool _due;
    private IJSObjectReference? _module;

    [Inject] private IJSRuntime Js { get; set; } = default!;

    /// <summary>The page that is shown.</summary>
    [Parameter, EditorRequired] public required Microsoft.AspNetCore.Components.RouteData RouteData { get; set; }

    protected override void OnParametersSet()
    {
        // The same page with another address is not a new one.
        if (RouteData.PageType == _page) return;
        _page = RouteData.PageType;
        _due = true;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!_due) return;
        _due = false;
        try
        {
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/shell.js");
            await _module.InvokeVoidAsync("focusHeading");
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            // The browser has left; so has the page.
        }
    }

    public ValueTask DisposeAsync() => _module.DisposeQuietlyAsync();
}
