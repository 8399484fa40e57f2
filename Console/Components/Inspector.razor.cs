using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Qmtl.Console.Components;

public sealed partial class Inspector
{
    private ElementReference _element;
    private IJSObjectReference? _module;
    private DotNetObjectReference<Inspector>? _self;
    private bool _attached;

    [Parameter, EditorRequired] public bool Open { get; set; }

    /// <summary>What it inspects, for screen readers: "Strategy", "Node".</summary>
    [Parameter, EditorRequired] public required string Label { get; set; }

    /// <summary>First line: name, id, state.</summary>
    [Parameter] public RenderFragment? Head { get; set; }

    [Parameter] public RenderFragment? ChildContent { get; set; }

    /// <summary>Esc or the close button.</summary>
    [Parameter, EditorRequired] public EventCallback OnClose { get; set; }

    /// <summary><c>j</c>: 1, <c>k</c>: -1. Without a handler there are no buttons for it.</summary>
    [Parameter] public EventCallback<int> OnMove { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Open == _attached) return;
        _attached = Open;
        if (!Open) return;
        _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/inspector.js");
        _self ??= DotNetObjectReference.Create(this);
        await _module.InvokeVoidAsync("attach", _element, _self);
    }

    /// <summary>Called by the browser: Esc.</summary>
    [JSInvokable]
    public Task CloseAsync() => OnClose.InvokeAsync();

    /// <summary>Called by the browser: j and k.</summary>
    [JSInvokable]
    public Task MoveAsync(int step) => OnMove.HasDelegate ? OnMove.InvokeAsync(Math.Sign(step)) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _self?.Dispose();
        await _module.DisposeQuietlyAsync();
    }
}
