using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Qmtl.Console.Components;

/// <summary>Base of a page whose view is in the address: <see cref="State"/> follows the query string, <see cref="Go"/> changes it.</summary>
public abstract class UrlPage<TState> : ComponentBase, IDisposable
    where TState : class, IUrlState<TState>
{
    private string _path = "";
    private bool _loaded;
    private TState? _going;

    [Inject] protected NavigationManager Navigation { get; set; } = default!;

    /// <summary>What the address says.</summary>
    protected TState State { get; private set; } = default!;

    /// <summary>
    /// Where the page is going, or where it is. The address changes in the browser, a round trip later; a change that builds on <see cref="State"/>
    /// meanwhile would undo the one on its way.
    /// </summary>
    protected TState Next => _going ?? State;

    protected override void OnInitialized()
    {
        State = TState.FromQuery(QueryValues.Of(Navigation.Uri));
        _path = Navigation.Path();
        Navigation.LocationChanged += OnLocationChanged;
    }

    protected override Task OnParametersSetAsync()
    {
        // Also when a route parameter changed under the same component.
        var path = Navigation.Path();
        if (_loaded && path == _path) return Task.CompletedTask;
        _loaded = true;
        _path = path;
        State = TState.FromQuery(QueryValues.Of(Navigation.Uri));
        return OnStateChangedAsync();
    }

    /// <summary>The state is new: read what it asks for. Called first after the parameters are set.</summary>
    protected virtual Task OnStateChangedAsync() => Task.CompletedTask;

    /// <summary>Changes the address to this state. With <paramref name="replace"/> "back" skips the present one: for what is typed or walked through.</summary>
    protected void Go(TState state, bool replace = false)
    {
        var address = UrlState.Href(_path, state);
        if (address == UrlState.Href(_path, Next) && Next.Equals(state)) return;
        _going = state;
        Navigation.NavigateTo(address, replace: replace);
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs change)
    {
        var state = TState.FromQuery(QueryValues.Of(change.Location));
        if (_going is { } going && (Navigation.Path() != _path || UrlState.Href(_path, state) == UrlState.Href(_path, going))) _going = null;
        if (Navigation.Path() != _path) return;
        if (state.Equals(State)) return;
        State = state;
        _ = InvokeAsync(async () =>
        {
            try
            {
                await OnStateChangedAsync();
                StateHasChanged();
            }
#pragma warning disable CA1031 // Whatever a page throws goes to the error boundary.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                await DispatchExceptionAsync(exception);
            }
        });
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) Navigation.LocationChanged -= OnLocationChanged;
    }
}
