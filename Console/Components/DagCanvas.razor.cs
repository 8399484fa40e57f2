using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Qmtl.Console.Components;

/// <summary>
/// Draws a graph on one canvas. The browser fetches the compact message itself; this component hands over the address, and carries the
/// selection in both directions.
/// </summary>
public sealed partial class DagCanvas : ComponentBase, IAsyncDisposable
{
    private const int MaxTold = 64;

    private readonly string id = $"dag-{Guid.NewGuid():n}";

    // What the canvas selected and the page has not answered yet, oldest first.
    private readonly List<string?> told = [];
    private ElementReference host;
    private IJSObjectReference? module;
    private IJSObjectReference? canvas;
    private DotNetObjectReference<DagCanvas>? self;
    private string? shownUrl;
    private string? followed;
    private bool disposed;

    /// <summary>Address of the graph message on this host. A new address loads a new graph.</summary>
    [Parameter, EditorRequired]
    public required string MessageUrl { get; set; }

    /// <summary>Id of the selected node, or null.</summary>
    [Parameter]
    public string? Selected { get; set; }

    [Parameter]
    public EventCallback<string?> SelectedChanged { get; set; }

    /// <summary>Enter or a double click on a node asked for its details.</summary>
    [Parameter]
    public EventCallback<string> Opened { get; set; }

    /// <summary>Lineage, direction and overlay as the page starts with them; later changes come through <see cref="ViewChanged"/>.</summary>
    [Parameter]
    public DagView View { get; set; } = DagView.Default;

    [Parameter]
    public EventCallback<DagView> ViewChanged { get; set; }

    /// <summary>The graph is on the screen.</summary>
    [Parameter]
    public EventCallback<DagSize> Ready { get; set; }

    /// <summary>The message could not be shown, with the reason in words. An older picture stays.</summary>
    [Parameter]
    public EventCallback<string> Failed { get; set; }

    /// <summary>What the graph is, for people who do not see it.</summary>
    [Parameter]
    public string Label { get; set; } = "Graph";

    /// <summary>Where the same nodes stand as a table; null when there is no such place.</summary>
    [Parameter]
    public string? TwinHref { get; set; }

    /// <summary>Where the DAG can be downloaded as submitted; null when it cannot.</summary>
    [Parameter]
    public string? JsonHref { get; set; }

    /// <summary>Name of exported files, without ending.</summary>
    [Parameter]
    public string FileName { get; set; } = "dag";

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    /// <summary>Fetches the message again, keeping the view.</summary>
    public async Task ReloadAsync()
    {
        if (canvas is not null) await canvas.InvokeVoidAsync("load", MessageUrl);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        try
        {
            if (firstRender) await StartAsync();
            else await FollowAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone; there is nothing left to draw on.
        }
    }

    private async Task StartAsync()
    {
        shownUrl = MessageUrl;
        followed = Selected;
        self = DotNetObjectReference.Create(this);
        module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/dag/dag-canvas.js");
        if (disposed) return;
        canvas = await module.InvokeAsync<IJSObjectReference>("create", host, self, new
        {
            url = shownUrl,
            selected = followed,
            depth = View.Depth,
            way = View.Way,
            direction = View.Direction,
            overlay = View.Overlay,
        });
        if (disposed) await ReleaseAsync();
        else await FollowAsync();
    }

    private async Task FollowAsync()
    {
        if (canvas is null) return;
        if (shownUrl != MessageUrl)
        {
            shownUrl = MessageUrl;
            await canvas.InvokeVoidAsync("load", MessageUrl);
        }
        if (followed == Selected) return;
        followed = Selected;
        // The page's answer to a key or a click comes back later than the next key; told to the canvas, it would take that one's selection back.
        if (told.IndexOf(Selected) is >= 0 and var answered) told.RemoveRange(0, answered + 1);
        else await canvas.InvokeVoidAsync("selectId", Selected);
    }

    [JSInvokable]
    public Task OnSelect(string? nodeId)
    {
        // Entering a node tells it twice; the page may have answered already.
        if (told.Count > 0 || followed != nodeId) told.Add(nodeId);
        if (told.Count > MaxTold) told.RemoveAt(0);
        return SelectedChanged.InvokeAsync(nodeId);
    }

    [JSInvokable]
    public Task OnOpen(string nodeId) => Opened.InvokeAsync(nodeId);

    [JSInvokable]
    public Task OnView(DagView view) => ViewChanged.InvokeAsync(view.Checked());

    [JSInvokable]
    public Task OnReady(int nodes, int edges) => Ready.InvokeAsync(new DagSize(nodes, edges));

    [JSInvokable]
    public Task OnFailed(string reason) => Failed.InvokeAsync(reason);

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await ReleaseAsync();
    }

    private async Task ReleaseAsync()
    {
        try
        {
            if (canvas is not null)
            {
                await canvas.InvokeVoidAsync("dispose");
                await canvas.DisposeAsync();
            }
            if (module is not null) await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone and took its objects along.
        }
        catch (JSException)
        {
            // The page was torn down while the canvas was being made.
        }
        canvas = null;
        module = null;
        self?.Dispose();
        self = null;
    }
}
