using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Configuration;
using Qmtl.Console.DryRuns;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.WorldService;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Checks and dry-runs a DAG, and shows a stored result. The text goes by HTTP from the browser; the circuit sees findings and results only.</summary>
public sealed partial class DryRunPage
{
    private readonly CancellationTokenSource _leaving = new();

    private DagEditor? _editor;
    private DryRunFind? _find;
    private string? _shownId;
    private bool _editorOpened;
    private EditorRequest? _busy;
    private EditorProblem? _problem;
    private EditorRequest _problemOf;
    private InputView? _input;
    private FindingsView? _findings;
    private bool _stale;
    private bool _jumpMissed;
    private int _loads;
    private int _wait;
    private CancellationTokenSource? _waiting;
    private IReadOnlyList<World> _worlds = [];
    private string? _worldsProblem;
    private IReadOnlyList<StrategyRecord>? _strategies;
    private string? _strategiesProblem;

    /// <summary>Id of a stored result; null on the bare page.</summary>
    [Parameter]
    public string? Id { get; set; }

    [Inject]
    private Available<IGateway> Gateway { get; set; } = null!;

    [Inject]
    private DryRunService Store { get; set; } = null!;

    [Inject]
    private Available<IWorldService> Worlds { get; set; } = null!;

    [Inject]
    private Available<IStrategyCatalogue> Strategies { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <summary>The editor stays once it was open, so that its text is never lost; a link to a result opens without it.</summary>
    private bool ShowsEditor => Id is null || _editorOpened;

    private bool StartsWithDag => State.Strategy is not null || State.From is not null;

    private bool CanSend => _editor is { Text.IsEmpty: false } && _busy is null;

    private string RunLabel => _busy == EditorRequest.Run ? "Running…" : _wait > 0 ? $"Dry-run in {_wait} s" : "Dry-run";

    protected override async Task OnInitializedAsync()
    {
        _worldsProblem = Worlds.Service is null ? $"Worlds cannot be listed: {Worlds.Missing.Reason} Type the world's id." : null;
        _strategiesProblem = Strategies.Service is null ? $"Strategies cannot be listed: {Strategies.Missing.Reason}" : null;
        try
        {
            _worlds = Worlds.Service is { } worlds ? await worlds.ListAsync(_leaving.Token) : [];
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _worldsProblem = $"Worlds cannot be listed: {error.Message} Type the world's id.";
        }

        try
        {
            _strategies = Strategies.Service is { } strategies ? (await strategies.ListAsync(_leaving.Token)).Strategies : null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _strategiesProblem = $"Strategies cannot be listed: {error.Message}";
        }
    }

    protected override async Task OnStateChangedAsync()
    {
        _editorOpened |= Id is null;
        if (_shownId != Id)
        {
            _shownId = Id;
            _find = null;
            if (Id is not null)
            {
                _find = await Store.FindAsync(Id, _leaving.Token);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaving.IsCancellationRequested)
        {
            _leaving.Cancel();
            _leaving.Dispose();
            _waiting?.Cancel();
            _waiting?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Change(DryRunState state) => Go(state, replace: true);

    private void SetWorld(ChangeEventArgs change) => Change(State with { World = change.Value?.ToString()?.Trim() is { Length: > 0 } world ? world : null });

    private void SetGeneration(ChangeEventArgs change) =>
        Change(State with { Generation = Enum.TryParse<DagGeneration>(change.Value?.ToString(), ignoreCase: true, out var generation) ? generation : null });

    private async Task PickAsync(ChangeEventArgs change)
    {
        var id = change.Value?.ToString();
        Change(State with { Strategy = string.IsNullOrEmpty(id) ? null : id, From = null });
        if (!string.IsNullOrEmpty(id))
        {
            await OpenStrategyAsync(id);
        }
    }

    private async Task LoadFirstAsync()
    {
        if (State.Strategy is { } strategy)
        {
            await OpenStrategyAsync(strategy);
        }
        else if (State.From is { } from && DryRunId.TryReadTime(from, out _))
        {
            await _editor!.OpenAsync($"/api/v1/dry-runs/{from}/dag", $"DAG of result {from[..10]}…");
        }
    }

    private ValueTask OpenStrategyAsync(string id) =>
        _editor!.OpenAsync($"/api/v1/strategies/{Uri.EscapeDataString(id)}/dag", _strategies?.FirstOrDefault(strategy => strategy.StrategyId == id)?.DisplayName ?? ShortId.Of(id));

    private async Task CheckAsync() => await _editor!.CheckAsync();

    private async Task RunAsync() => await _editor!.RunAsync();

    private Task RetryAsync() => _problemOf == EditorRequest.Run ? RunAsync() : CheckAsync();

    private void TextChanged(EditorText text)
    {
        _jumpMissed = false;
        _stale = _findings is not null;
        if (text.IsEmpty || text.Loads != _loads)
        {
            _loads = text.Loads;
            (_findings, _input, _problem, _stale) = (null, null, null, false);
        }
    }

    private void Busy(EditorRequest? request) => _busy = request;

    private async Task AnsweredAsync(EditorAnswer answer)
    {
        _jumpMissed = false;
        if (answer.Status is 200 or 201 && answer.Request == EditorRequest.Check && answer.Read<CheckReport>() is { } check)
        {
            (_input, _findings, _problem, _stale) = (check.Input, check.Findings, null, false);
        }
        else if (answer.Status == 201 && answer.Request == EditorRequest.Run && answer.Read<DryRunReport>() is { } report)
        {
            _problem = null;
            Navigation.NavigateTo(UrlState.Href($"/dry-run/{report.Id}", State with { Filter = FilterQuery.Empty, Sort = null }));
        }
        else
        {
            var problem = EditorProblem.Of(answer);
            (_problem, _problemOf) = (problem, answer.Request);
            if (problem.Findings is not null)
            {
                (_input, _findings, _stale) = (problem.Input, problem.Findings, false);
            }

            if (problem.RetryAfter is { } seconds)
            {
                await CountDownAsync(seconds);
            }
        }
    }

    private async Task CountDownAsync(int seconds)
    {
        if (_waiting is not null)
        {
            await _waiting.CancelAsync();
            _waiting.Dispose();
        }

        _waiting = new();
        _wait = seconds;
        _ = TickAsync(_waiting.Token);
    }

    private async Task TickAsync(CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Time);
            while (_wait > 0 && await timer.WaitForNextTickAsync(stop))
            {
                _wait--;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException)
        {
            // Another countdown began, or the page was left.
        }
    }

    private async Task OpenFindingAsync(FindingView finding)
    {
        _jumpMissed = finding.At is null || _input?.Decoded == true || !await _editor!.GoToAsync(finding.At);
    }

    private string FindingsFigure()
    {
        if (_busy == EditorRequest.Check)
        {
            return "checking…";
        }

        return _findings is not { } findings
            ? "–"
            : $"{Count(findings.Errors, "error")} · {Count(findings.Warnings, "warning")}{(_stale ? " · text changed since" : "")}";
    }

    private static string Count(int number, string what) => $"{number.ToString("N0", CultureInfo.InvariantCulture)} {what}{(number == 1 ? "" : "s")}";
}
