using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Qmtl.Console.Components.Table;

public sealed partial class DataTable<TItem> : IAsyncDisposable
{
    /// <summary>Rows drawn before the browser has told how many it sees.</summary>
    public const int InitialRows = 48;

    private const int MaxRows = 200;

    private ElementReference _element;
    private IJSObjectReference? _module;
    private IJSObjectReference? _handle;
    private DotNetObjectReference<DataTable<TItem>>? _self;
    private TableChoices _choices = new();
    private List<TableColumn<TItem>> _visible = [];
    private IReadOnlyList<TItem> _sorted = [];
    private IReadOnlyList<TItem> _rows = [];
    private object? _source;
    private string? _sortInForce;
    private IReadOnlyList<TableColumn<TItem>>? _columnsInForce;
    private int _first;
    private int _wanted = InitialRows;
    private int _total;
    private int _active = -1;
    private bool _known;
    private int _request;

    [Inject] private IJSRuntime Js { get; set; } = default!;

    /// <summary>Unique in the console; widths and columns are remembered under it.</summary>
    [Parameter, EditorRequired] public required string Id { get; set; }

    /// <summary>What the table holds, for screen readers.</summary>
    [Parameter, EditorRequired] public required string Label { get; set; }

    /// <summary>Keep the same list instance while nothing changes.</summary>
    [Parameter, EditorRequired] public required IReadOnlyList<TableColumn<TItem>> Columns { get; set; }

    /// <summary>Unique and stable key of a row.</summary>
    [Parameter, EditorRequired] public required Func<TItem, string> RowKey { get; set; }

    /// <summary>All rows. Give a new instance when they change. Either this or <see cref="Provider"/>.</summary>
    [Parameter] public IReadOnlyList<TItem>? Items { get; set; }

    /// <summary>Reads parts of a list that is too long to hold; it sorts. Call <see cref="RefreshAsync"/> when its answer may have changed.</summary>
    [Parameter] public Func<TableRange, CancellationToken, ValueTask<TablePart<TItem>>>? Provider { get; set; }

    /// <summary>Column key, with <c>-</c> in front for descending.</summary>
    [Parameter] public string? Sort { get; set; }

    [Parameter] public EventCallback<string?> SortChanged { get; set; }

    /// <summary>Key of the selected row.</summary>
    [Parameter] public string? SelectedKey { get; set; }

    /// <summary>A row was clicked, or reached by j and k while one is selected: open the inspector.</summary>
    [Parameter] public EventCallback<TItem> OnSelect { get; set; }

    /// <summary>Double click or Enter: open the page.</summary>
    [Parameter] public EventCallback<TItem> OnOpen { get; set; }

    /// <summary>Esc: close the inspector.</summary>
    [Parameter] public EventCallback OnEscape { get; set; }

    /// <summary>Further classes of a row.</summary>
    [Parameter] public Func<TItem, string?>? RowClass { get; set; }

    /// <summary>Shown in place of rows when there are none.</summary>
    [Parameter] public RenderFragment? Empty { get; set; }

    [Parameter] public string? Class { get; set; }

    private int TotalWidth => _visible.Sum(WidthOf);

    private string? ActiveRowId => _active >= _first && _active < _first + _rows.Count ? RowId(_active) : null;

    private string RowId(int at) => $"{Id}-row-{at}";

    private int WidthOf(TableColumn<TItem> column) => _choices.Widths.GetValueOrDefault(column.Key, column.Width);

    private bool IsShown(TableColumn<TItem> column) => column.Fixed || _choices.Shown.GetValueOrDefault(column.Key, !column.Optional);

    private bool CanSort(TableColumn<TItem> column) => SortChanged.HasDelegate && (Provider is null ? column.SortBy is not null : column.Sortable);

    private string RowClassOf(TItem row, int at, bool selected) =>
        $"{(selected ? "selected " : "")}{(at == _active ? "active " : "")}{RowClass?.Invoke(row)}";

    protected override async Task OnParametersSetAsync()
    {
        if (!ReferenceEquals(_columnsInForce, Columns))
        {
            _columnsInForce = Columns;
            _choices = _choices.For(Columns);
            ApplyColumns();
            _source = null;
        }

        object? source = Provider is null ? Items ?? [] : Provider;
        if (ReferenceEquals(source, _source) && Sort == _sortInForce) return;
        _source = source;
        _sortInForce = Sort;
        await RefreshAsync();
    }

    /// <summary>Reads the rows in sight again.</summary>
    public async Task RefreshAsync()
    {
        if (Provider is null)
        {
            _sorted = TableSort.Apply(Items ?? [], Sort, Columns);
            _total = _sorted.Count;
            _known = Items is not null;
            Cut();
            _rows = [.. _sorted.Skip(_first).Take(_wanted)];
            return;
        }

        var request = ++_request;
        var part = await Provider(new(_first, _wanted, Sort), CancellationToken.None);
        // A later request has overtaken this one.
        if (request != _request) return;
        _total = part.Total;
        _known = true;
        if (_first >= _total && _first > 0)
        {
            Cut();
            await RefreshAsync();
            return;
        }

        _rows = part.Rows;
        _active = Math.Min(_active, _total - 1);
    }

    private void Cut()
    {
        _first = Math.Clamp(_first, 0, Math.Max(0, _total - _wanted));
        _active = Math.Min(_active, _total - 1);
    }

    private void ApplyColumns() => _visible = [.. Columns.Where(IsShown)];

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/table.js");
        _self = DotNetObjectReference.Create(this);
        _handle = await _module.InvokeAsync<IJSObjectReference>("attach", _element, _self);
        var remembered = await _module.InvokeAsync<TableChoices?>("remembered", Id);
        if (remembered is null) return;
        _choices = remembered.For(Columns);
        ApplyColumns();
        StateHasChanged();
    }

    /// <summary>Called by the browser: it sees these rows.</summary>
    [JSInvokable]
    public async Task ShowAsync(int first, int count)
    {
        var wanted = Math.Clamp(count, 8, MaxRows);
        var start = Math.Clamp(first, 0, Math.Max(0, _total - wanted));
        if (start == _first && wanted == _wanted) return;
        _first = start;
        _wanted = wanted;
        await RefreshAsync();
        StateHasChanged();
    }

    /// <summary>Called by the browser: a key moved the active row. Answers its index so that the browser can scroll to it, -1 for none.</summary>
    [JSInvokable]
    public async Task<int> MoveAsync(int step, bool absolute)
    {
        if (_total == 0) return -1;
        var from = _active >= 0 ? _active : IndexOfSelected();
        var to = absolute ? (step < 0 ? _total - 1 : Math.Min(step, _total - 1)) : Math.Clamp((long)from + step, 0, _total - 1);
        _active = (int)to;
        if (_active < _first || _active >= _first + _rows.Count)
        {
            _first = Math.Clamp(_active - _wanted / 2, 0, Math.Max(0, _total - _wanted));
            await RefreshAsync();
        }

        StateHasChanged();
        if (SelectedKey is not null && RowAt(_active) is { } row) await OnSelect.InvokeAsync(row);
        return _active;
    }

    /// <summary>Called by the browser: Enter opens, the space bar selects, Esc closes.</summary>
    [JSInvokable]
    public async Task ActAsync(string action)
    {
        if (action == "escape")
        {
            await OnEscape.InvokeAsync();
            return;
        }

        if (RowAt(_active >= 0 ? _active : IndexOfSelected()) is not { } row) return;
        await (action == "open" && OnOpen.HasDelegate ? OnOpen : OnSelect).InvokeAsync(row);
    }

    /// <summary>Called by the browser: a column has a new width.</summary>
    [JSInvokable]
    public Task ResizeAsync(string column, int width)
    {
        if (Columns.All(candidate => candidate.Key != column)) return Task.CompletedTask;
        _choices.Widths[column] = Math.Clamp(width, TableChoices.MinWidth, TableChoices.MaxWidth);
        StateHasChanged();
        return RememberAsync();
    }

    private async Task SortAsync(TableColumn<TItem> column)
    {
        _first = 0;
        _active = -1;
        await SortChanged.InvokeAsync(TableSort.Next(Sort, column.Key, column.DescendingFirst));
        if (_handle is not null) await _handle.InvokeVoidAsync("top");
    }

    private Task ClickAsync(TItem row, int at)
    {
        _active = at;
        return OnSelect.InvokeAsync(row);
    }

    private Task ShowAsync(TableColumn<TItem> column, bool shown)
    {
        if (shown == !column.Optional) _choices.Shown.Remove(column.Key);
        else _choices.Shown[column.Key] = shown;
        ApplyColumns();
        return RememberAsync();
    }

    private Task ResetAsync()
    {
        _choices = new();
        ApplyColumns();
        return RememberAsync();
    }

    private Task RememberAsync() => _module is null ? Task.CompletedTask : _module.InvokeVoidAsync("remember", Id, _choices).AsTask();

    private TItem? RowAt(int index) => index >= _first && index < _first + _rows.Count ? _rows[index - _first] : default;

    private int IndexOfSelected()
    {
        if (SelectedKey is null) return -1;
        for (var index = 0; index < _rows.Count; index++)
        {
            if (RowKey(_rows[index]) == SelectedKey) return _first + index;
        }

        return -1;
    }

    public async ValueTask DisposeAsync()
    {
        if (_handle is not null)
        {
            try
            {
                await _handle.InvokeVoidAsync("detach");
            }
            catch (JSDisconnectedException)
            {
                // The browser is gone, and its listeners with it.
            }
            catch (OperationCanceledException)
            {
                // The same, while the call was on its way.
            }
        }

        await _handle.DisposeQuietlyAsync();
        await _module.DisposeQuietlyAsync();
        _self?.Dispose();
    }
}
