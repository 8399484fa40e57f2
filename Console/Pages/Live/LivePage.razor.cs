using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Components.Text;
using Qmtl.Console.Live;
using Qmtl.Console.Security;
using Qmtl.ControlBus.Normalising;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Console.Pages.Live;

/// <summary>
/// The live tape. Rows go from the hub straight to the browser; this circuit holds the view (filter, stretch of time, selection, pins) and the details
/// of one event.
/// </summary>
public sealed partial class LivePage
{
    private const string KeyToken = "key";

    private readonly CancellationTokenSource _leaving = new();
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _canvas;
    private DotNetObjectReference<LivePage>? _self;
    private IReadOnlyList<FilterKey> _keys = [];
    private IReadOnlyList<Pin> _pins = [];
    private FoundEvent? _found;
    private bool _reading;
    private LiveState? _shown;

    [Inject]
    private LiveReader Live { get; set; } = null!;

    [Inject]
    private StrategyNames Names { get; set; } = null!;

    [Inject]
    private ICurrentCaller Caller { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    private static IReadOnlyList<TabItem> Parts { get; } = [new(nameof(LiveView.Tape), "Tape"), new(nameof(LiveView.Quarantine), "Quarantine")];

    private string ExportHref => UrlState.Href("/api/v1/events/export.jsonl", State.ToRequest().ToQuery());

    private string RangeWords => $"{(State.From is { } from ? Age.Utc(from) : "the start")} to {(State.Until is { } until ? Age.Utc(until) : "now")} UTC";

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys =
        [
            new("type", "type of event", [.. EventTypes.All]),
            new("world", "world that it names", () => []),
            new("strategy", "strategy that it names, by id", () => Names.Current.Keys),
            new("tag", "tag of a queue event", () => []),
            new(KeyToken, "exactly this key: follow it", () => []),
            new("source", "source that delivered it; console for its own marks and gaps of the journal", ControlSources.InProcess, ControlSources.Kafka, ControlSources.Gateway, ControlSources.Redis, "console"),
        ];
    }

    protected override async Task OnStateChangedAsync()
    {
        if (Live.Missing is not null) return;
        _reading = true;
        _found = State.Selected is { } id ? await FindAsync(id) : null;
        _reading = false;
        var pins = new List<Pin>();
        foreach (var pinned in State.PinnedIds)
        {
            var found = await FindAsync(pinned);
            pins.Add(found is null ? new(pinned, "No longer in the journal", pinned) : new(pinned, found.Title, found.Event.Event.Key));
        }

        _pins = pins;
        await FollowAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || Live.Missing is not null) return;
        try
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/live/live-page.js");
            _canvas = await _module.InvokeAsync<IJSObjectReference>("create", _host, _self, new { request = State.ToRequest(), range = State.IsRange, selected = State.Selected });
            _shown = State;
            StateHasChanged();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone.
        }
    }

    /// <summary>Called by the browser: a row was chosen; null closes.</summary>
    [JSInvokable]
    public Task SelectAsync(string? id)
    {
        Go(Next with { Selected = id }, replace: State.Selected is not null);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _leaving.CancelAsync();
        _leaving.Dispose();
        _self?.Dispose();
        try
        {
            if (_canvas is not null) await _canvas.InvokeVoidAsync("dispose");
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the stream with it.
        }
        catch (OperationCanceledException)
        {
            // The same, while the call was on its way.
        }

        await _canvas.DisposeQuietlyAsync();
        await _module.DisposeQuietlyAsync();
    }

    private async Task FollowAsync()
    {
        if (_canvas is null || _shown is not { } before) return;
        _shown = State;
        if (before.Selected != State.Selected) await _canvas.InvokeVoidAsync("select", State.Selected);
        if (before with { Selected = null, Pins = null, View = default } != State with { Selected = null, Pins = null, View = default }) await _canvas.InvokeVoidAsync("follow", State.ToRequest(), State.IsRange);
    }

    private async Task<FoundEvent?> FindAsync(string id) =>
        await Live.FindAsync(Caller.Caller, id, _leaving.Token) is { } found ? new(id, EventWords.Summary(found.Event.Event, Names.Current, found.Previous?.Event), found.Event, found.Previous) : null;

    /// <summary>The paused view is a link: its stretch of time goes into the address.</summary>
    private async Task PauseAsync()
    {
        if (_canvas is null || await _canvas.InvokeAsync<Stretch?>("pause") is not { } stretch) return;
        Go(Next with { From = DateTimeOffset.FromUnixTimeMilliseconds(stretch.From), Until = DateTimeOffset.FromUnixTimeMilliseconds(stretch.Until) });
    }

    private async Task ResumeAsync()
    {
        if (_canvas is null) return;
        // First the address, so that the browser goes on without the stretch of time.
        var live = State with { From = null, Until = null };
        _shown = live;
        Go(live);
        await _canvas.InvokeVoidAsync("resume", live.ToRequest());
    }

    private void TogglePin(string id) => Go(Next with { Pins = string.Join(',', Next.PinnedIds.Contains(id) ? Next.PinnedIds.Where(pin => pin != id) : Next.PinnedIds.Append(id)) });

    private void Unpin(string id) => Go(Next with { Pins = string.Join(',', Next.PinnedIds.Where(pin => pin != id)) });

    private sealed record Stretch(long From, long Until);

    private sealed record Pin(string Id, string Text, string Key);
}
