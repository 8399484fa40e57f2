using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Qmtl.Console.Components;

public sealed partial class Dialog
{
    private ElementReference _element;
    private IJSObjectReference? _module;
    private DotNetObjectReference<Dialog>? _self;
    private bool _shown;

    /// <summary>Unique in the page.</summary>
    [Parameter, EditorRequired] public required string Id { get; set; }

    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>Whether it is open; leave unset for a dialog that the browser opens by itself.</summary>
    [Parameter] public bool Open { get; set; }

    /// <summary>Raised with false when the user closes it.</summary>
    [Parameter] public EventCallback<bool> OpenChanged { get; set; }

    /// <summary>Pixels.</summary>
    [Parameter] public int? Width { get; set; } = 560;

    [Parameter] public string? Class { get; set; }

    [Parameter] public RenderFragment? ChildContent { get; set; }

    /// <summary>Buttons.</summary>
    [Parameter] public RenderFragment? Footer { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Open == _shown) return;
        _shown = Open;
        _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/dialog.js");
        _self ??= DotNetObjectReference.Create(this);
        await _module.InvokeVoidAsync(Open ? "open" : "close", _element, _self);
    }

    /// <summary>Called by the browser when the dialog was closed.</summary>
    [JSInvokable]
    public Task ClosedAsync()
    {
        _shown = false;
        return Open ? OpenChanged.InvokeAsync(false) : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _self?.Dispose();
        await _module.DisposeQuietlyAsync();
    }
}
