using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Qmtl.Console.Components.Filter;

public sealed partial class TokenFilterBar : IDisposable
{
    /// <summary>Quiet time before free text is applied.</summary>
    public static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(200);

    private string _input = "";
    private string _applied = "";
    private bool _focused;
    private int _active = -1;
    private IReadOnlyList<FilterSuggestion> _suggestions = [];
    private ITimer? _debounce;

    [Inject] private TimeProvider Time { get; set; } = default!;

    /// <summary>Unique in the page.</summary>
    [Parameter] public string Id { get; set; } = "filter";

    /// <summary>What it filters, for screen readers.</summary>
    [Parameter] public string Label { get; set; } = "Filter";

    [Parameter] public string Placeholder { get; set; } = "Filter: type a word or key:value";

    [Parameter, EditorRequired] public required FilterQuery Query { get; set; }

    /// <summary>The user changed the filter. Put it into the address.</summary>
    [Parameter] public EventCallback<FilterQuery> QueryChanged { get; set; }

    /// <summary>Keys to suggest.</summary>
    [Parameter] public IReadOnlyList<FilterKey> Keys { get; set; } = [];

    /// <summary>Number of results, or null while it is not known.</summary>
    [Parameter] public int? ResultCount { get; set; }

    /// <summary>Number without a filter; shown beside the results when a filter is set.</summary>
    [Parameter] public int? TotalCount { get; set; }

    /// <summary>What is counted.</summary>
    [Parameter] public string Noun { get; set; } = "results";

    /// <summary>Of one; null where <see cref="Noun"/> does for one too.</summary>
    [Parameter] public string? NounOne { get; set; }

    /// <summary>Further controls at the end of the row.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

    private string ListId => Id + "-list";

    private List<FilterToken> Tokens => [.. Query.Tokens.Where(token => token.Key is not null)];

    private bool ShowsSuggestions => _focused && _suggestions.Count > 0;

    protected override void OnParametersSet()
    {
        // Free text lives in the input. It is taken over from outside only when it changed there, so that nothing is overwritten while typing.
        var words = TextOf(Query);
        if (words == _applied) return;
        _applied = words;
        _input = words;
    }

    private static string TextOf(FilterQuery query) => string.Join(' ', query.Words.Select(word => FilterQuery.Format(new(null, word))));

    private string Words(int count) => count == 1 && (TotalCount ?? 1) == 1 && NounOne is not null ? $"1 {NounOne}" : TotalCount is { } total && total != count
        ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {total:N0} {Noun}")
        : string.Create(CultureInfo.InvariantCulture, $"{count:N0} {Noun}");

    /// <summary>The field is bound, so that a render never takes away what was typed since.</summary>
    private async Task OnTypedAsync()
    {
        Suggest();
        // A finished token becomes a chip at once; words wait until the typing rests.
        if (_input.EndsWith(' ') && FilterQuery.Parse(_input).Tokens.Any(token => token.Key is not null) && HasClosedQuotes(_input))
        {
            await ApplyAsync();
            return;
        }

        _debounce ??= Time.CreateTimer(_ => _ = InvokeAsync(RestAsync), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _debounce.Change(Debounce, Timeout.InfiniteTimeSpan);
    }

    private static bool HasClosedQuotes(string text) => text.Count(character => character == '"') % 2 == 0;

    /// <summary>The typing rests: apply words, but leave a token alone that may still grow.</summary>
    private Task RestAsync() => FilterQuery.Parse(_input).Tokens.Any(token => token.Key is not null) ? Task.CompletedTask : ApplyAsync();

    private async Task ApplyAsync()
    {
        _debounce?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var typed = FilterQuery.Parse(_input);
        var next = Query.Without((string?)null);
        foreach (var token in typed.Tokens) next = next.With(token.Key, token.Value);
        _applied = TextOf(next);
        // Words stay as they were typed, so that a space at the end survives; tokens move out of the input.
        if (typed.Tokens.Any(token => token.Key is not null)) _input = _applied;
        Suggest();
        if (!next.Equals(Query)) await QueryChanged.InvokeAsync(next);
    }

    private void Suggest()
    {
        _focused = true;
        _suggestions = FilterSuggestions.For(_input, Keys, Query);
        _active = -1;
    }

    private async Task OnKeyAsync(KeyboardEventArgs key)
    {
        switch (key.Key)
        {
            case "ArrowDown" when _suggestions.Count > 0:
                _focused = true;
                _active = (_active + 1) % _suggestions.Count;
                break;
            case "ArrowUp" when _suggestions.Count > 0:
                _active = (_active <= 0 ? _suggestions.Count : _active) - 1;
                break;
            case "Enter" when _active >= 0 && _active < _suggestions.Count:
                await ChooseAsync(_suggestions[_active]);
                break;
            case "Enter":
                await ApplyAsync();
                _focused = false;
                break;
            case "Escape":
                _focused = false;
                break;
            case "Backspace" when _input.Length == 0 && Tokens.Count > 0:
                await RemoveAsync(Tokens[^1]);
                break;
        }
    }

    /// <summary>What was pressed counts, even if the list has changed since.</summary>
    private async Task ChooseAsync(FilterSuggestion suggestion)
    {
        if (suggestion.Token is { } token)
        {
            _input = "";
            _applied = "";
            Suggest();
            _focused = false;
            await QueryChanged.InvokeAsync(Query.Without((string?)null).With(token.Key, token.Value));
            return;
        }

        _input = suggestion.Text;
        Suggest();
    }

    private async Task OnBlurAsync()
    {
        _focused = false;
        if (_input.Trim() != _applied) await ApplyAsync();
        _focused = false;
    }

    private Task RemoveAsync(FilterToken token) => QueryChanged.InvokeAsync(Query.Without(token));

    private Task ClearAsync()
    {
        _debounce?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _input = "";
        _applied = "";
        _suggestions = [];
        return QueryChanged.InvokeAsync(FilterQuery.Empty);
    }

    public void Dispose() => _debounce?.Dispose();
}
