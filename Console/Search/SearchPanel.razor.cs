using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using Qmtl.Console.Components;
using Qmtl.Console.Layout;
using Qmtl.Console.Security;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Search;

public sealed partial class SearchPanel : IAsyncDisposable
{
    /// <summary>Quiet time before the sources are asked.</summary>
    public static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(150);

    private string _text = "";
    private string _answered = "";
    private bool _focused;
    private bool _closed;
    private bool _waiting;
    private int _active = -1;
    private List<Section> _groups = [];
    private List<string> _problems = [];
    private ITimer? _debounce;
    private CancellationTokenSource? _asking;
    private IJSObjectReference? _module;

    [Inject] private SearchEverything Search { get; set; } = default!;

    [Inject] private ICurrentCaller Current { get; set; } = default!;

    [Inject] private IAuthorizer Authorizer { get; set; } = default!;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private IJSRuntime Js { get; set; } = default!;

    [Inject] private TimeProvider Time { get; set; } = default!;

    /// <summary>Id of the field; unique in the page.</summary>
    [Parameter, EditorRequired] public required string Id { get; set; }

    [Parameter] public string Placeholder { get; set; } = "Search everything";

    /// <summary>Also lists pages and actions, results always open.</summary>
    [Parameter] public bool Palette { get; set; }

    [Parameter] public string? Class { get; set; }

    private string ListId => Id + "-results";

    private bool Shows => Palette || (_focused && !_closed && _answered.Length > 0);

    protected override void OnInitialized()
    {
        if (Palette) _groups = Commands("");
        Navigation.LocationChanged += OnLocationChanged;
    }

    /// <summary>A link was followed, mostly one of the results: the search is over.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs change)
    {
        if (!change.IsNavigationIntercepted || _text.Length == 0) return;
        Clear();
        StateHasChanged();
    }

    /// <summary>The field is bound, so that a render never takes away what was typed since.</summary>
    private void OnTyped()
    {
        _closed = false;
        if (Palette)
        {
            _groups = Commands(_text);
            _active = _groups.Count > 0 ? 0 : -1;
        }

        _waiting = true;
        _debounce ??= Time.CreateTimer(_ => _ = InvokeAsync(AskAsync), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _debounce.Change(Debounce, Timeout.InfiniteTimeSpan);
    }

    private async Task AskAsync()
    {
        var text = _text.Trim();
        StopAsking();
        var asking = _asking = new CancellationTokenSource();
        try
        {
            var answers = await Search.SearchAsync(text, asking.Token);
            if (asking.IsCancellationRequested) return;
            var found = answers.Where(group => group.Hits.Count > 0 && !(Palette && group.Group == "Pages"))
                .Select(group => new Section(group.Group, [.. group.Hits.Select(hit => new Entry(hit.Title, hit.Detail, hit.Icon, hit.Href)).Distinct()]));
            _groups = [.. Palette ? Commands(text) : [], .. found];
            _problems = [.. answers.Where(group => group.Problem is not null).Select(group => $"{group.Group}: {group.Problem}")];
            _active = _groups.Count > 0 && text.Length > 0 ? 0 : -1;
            _answered = text;
            _waiting = false;
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // A newer text is on its way.
        }
        catch (ObjectDisposedException)
        {
            // The component went away.
        }
    }

    private async Task OnKeyAsync(KeyboardEventArgs key)
    {
        var count = _groups.Sum(group => group.Entries.Count);
        switch (key.Key)
        {
            case "ArrowDown" when count > 0:
                _closed = false;
                _active = (_active + 1) % count;
                break;
            case "ArrowUp" when count > 0:
                _active = (_active <= 0 ? count : _active) - 1;
                break;
            case "Enter" when _text.Trim() != _answered && !Palette:
                await AskAsync();
                break;
            case "Enter" when Palette && _waiting && _active < 0:
                // No page or action has this name; the first thing found is meant.
                await AskAsync();
                if (_active >= 0) await ChooseAsync(_groups[0].Entries[0]);
                break;
            case "Enter" when _active >= 0 && _active < count:
                await ChooseAsync(_groups.SelectMany(group => group.Entries).ElementAt(_active));
                break;
            case "Escape":
                _closed = true;
                break;
        }
    }

    private async Task ChooseAsync(Entry entry)
    {
        Clear();
        _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/shell.js");
        await _module.InvokeVoidAsync("act", entry.Action ?? "close");
        if (entry.Href is not null) Navigation.NavigateTo(entry.Href);
    }

    private void Leave() => _focused = false;

    /// <summary>Empties the field and forgets questions that are still on their way: their answers would stand under an empty field.</summary>
    private void Clear()
    {
        StopAsking();
        _text = "";
        _answered = "";
        _active = -1;
        _closed = true;
        _waiting = false;
        _groups = Palette ? Commands("") : [];
        _problems = [];
    }

    private void StopAsking()
    {
        _debounce?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _asking?.Cancel();
        _asking?.Dispose();
        _asking = null;
    }

    private List<Section> Commands(string text)
    {
        var caller = Current.Caller;

        bool Matches(string title, string detail) =>
            text.Trim() is var wanted && (title.Contains(wanted, StringComparison.OrdinalIgnoreCase) || detail.Contains(wanted, StringComparison.OrdinalIgnoreCase));

        Section[] all =
        [
            new("Pages", [.. ConsolePages.All.Where(page => ConsolePages.MayOpen(page, caller, Authorizer) && Matches(page.Title, page.Summary)).Select(page => new Entry(page.Title, page.Summary, page.Icon, page.Href))]),
            new("Actions", [.. Actions.Where(action => Matches(action.Title, action.Detail))]),
        ];
        return [.. all.Where(section => section.Entries.Count > 0)];
    }

    private static readonly Entry[] Actions =
    [
        new("Change the theme", "system, light, dark", "sun", null) { Action = "theme" },
        new("Change the row height", "28 or 36 pixels", "density", null) { Action = "density" },
        new("Keyboard shortcuts", "?", "keyboard", null) { Action = "help" },
    ];

    public async ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        StopAsking();
        if (_debounce is not null) await _debounce.DisposeAsync();
        await _module.DisposeQuietlyAsync();
    }

    private sealed record Section(string Name, IReadOnlyList<Entry> Entries);

    /// <summary>A result: either a link, or an action of <c>act</c> in wwwroot/js/shell.js.</summary>
    private sealed record Entry(string Title, string Detail, string Icon, string? Href)
    {
        public string? Action { get; init; }
    }
}
