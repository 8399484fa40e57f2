using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using Qmtl.Console.Api;
using Qmtl.Console.DryRuns;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>
/// The DAG text. It stays in the browser and goes to the HTTP API from there; this component only hears about it. Answers come back as streams.
/// </summary>
public sealed partial class DagEditor : IAsyncDisposable
{
    // 500 findings with long messages stay far below this.
    private const long AnswerLimit = 8 * 1024 * 1024;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private ElementReference _zone;
    private ElementReference _host;
    private ElementReference _file;
    private DotNetObjectReference<DagEditor>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _editor;
    private (long Loaded, long Total)? _sent;
    private (string? World, string? Generation) _context;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private IOptions<LimitsOptions> Limits { get; set; } = null!;

    /// <summary>World to check and run in; null lets the document decide.</summary>
    [Parameter]
    public string? World { get; set; }

    /// <summary><c>older</c>, <c>newer</c> or null.</summary>
    [Parameter]
    public string? Generation { get; set; }

    /// <summary>True when the last check read base64 or an envelope.</summary>
    [Parameter]
    public bool CanDecode { get; set; }

    /// <summary>True when a DAG will be loaded at once, so that the text kept from before is not.</summary>
    [Parameter]
    public bool StartEmpty { get; set; }

    /// <summary>The editor is ready for <see cref="OpenAsync"/>.</summary>
    [Parameter]
    public EventCallback OnReady { get; set; }

    [Parameter]
    public EventCallback<EditorText> OnTextChanged { get; set; }

    [Parameter]
    public EventCallback<EditorRequest?> OnBusy { get; set; }

    [Parameter]
    public EventCallback<EditorAnswer> OnAnswered { get; set; }

    /// <summary>The last notice about the text.</summary>
    public EditorText Text { get; private set; } = new();

    public ValueTask CheckAsync() => CallAsync("check");

    public ValueTask RunAsync() => CallAsync("run");

    public Task CancelAsync() => CallAsync("cancel").AsTask();

    /// <summary>Loads a DAG of this console, by address.</summary>
    public ValueTask OpenAsync(string url, string name) => CallAsync("openUrl", url, name);

    /// <summary>Jumps to a finding's place and marks it; false when the shown text has no such place.</summary>
    public async ValueTask<bool> GoToAsync(PlaceView place) =>
        _editor is not null && await _editor.InvokeAsync<bool>("goTo", new { place.Line, place.Column, place.Length, byte_offset = place.ByteOffset, byte_length = place.ByteLength });

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _context = (World, Generation);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/editor.js");
            _editor = await _module.InvokeAsync<IJSObjectReference>(
                "create", _host, _file, _zone, _self, new { dagBytes = Limits.Value.DagBytes, world = World, generation = Generation, empty = StartEmpty });
            await OnReady.InvokeAsync();
        }
        else if (_editor is not null && _context != (World, Generation))
        {
            _context = (World, Generation);
            await _editor.InvokeVoidAsync("setContext", World ?? "", Generation ?? "");
        }
    }

    [JSInvokable]
    public Task OnText(EditorText text) => InvokeAsync(async () =>
    {
        Text = text;
        StateHasChanged();
        await OnTextChanged.InvokeAsync(text);
    });

    [JSInvokable]
    public Task OnSending(string kind, long bytes) => InvokeAsync(() => OnBusy.InvokeAsync(RequestOf(kind)));

    [JSInvokable]
    public Task OnProgress(string kind, long loaded, long total) => InvokeAsync(() =>
    {
        _sent = (loaded, total);
        StateHasChanged();
    });

    [JSInvokable]
    public Task OnCancelled(string kind) => InvokeAsync(EndAsync);

    [JSInvokable]
    public Task OnTooLarge(string kind, long bytes) => InvokeAsync(async () =>
    {
        await EndAsync();
        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new EditorProblem
            {
                Code = "BODY_TOO_LARGE",
                Title = "The DAG is too large",
                Detail = $"The text has {bytes.ToString("N0", Invariant)} bytes; at most {Limits.Value.DagBytes.ToString("N0", Invariant)} are taken. It was not sent.",
                Where = "the text",
                Advice = "Send the bare DAG as JSON without base64, or split the strategy. The bound is the setting Limits:DagBytes.",
            },
            ApiJson.Options);
        await OnAnswered.InvokeAsync(new(RequestOf(kind), 413, null, body));
    });

    [JSInvokable]
    public async Task OnAnswer(string kind, int status, int? retryAfter, IJSStreamReference body)
    {
        using var bytes = new MemoryStream();
        await using (body)
        {
            // .NET's answer limit guards the circuit's memory; what is longer cannot be one of our answers.
            await using var stream = await body.OpenReadStreamAsync(AnswerLimit);
            await stream.CopyToAsync(bytes);
        }

        await InvokeAsync(async () =>
        {
            await EndAsync();
            await OnAnswered.InvokeAsync(new(RequestOf(kind), status, retryAfter, bytes.ToArray()));
        });
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_editor is not null)
            {
                await _editor.InvokeVoidAsync("dispose");
                await _editor.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its objects with it.
        }

        _self?.Dispose();
    }

    private Task EndAsync()
    {
        _sent = null;
        StateHasChanged();
        return OnBusy.InvokeAsync(null);
    }

    private Task ClearAsync() => CallAsync("clear").AsTask();

    private Task FormatAsync() => CallAsync("format").AsTask();

    private Task FindAsync() => CallAsync("find").AsTask();

    private Task DecodeAsync() => CallAsync("decode").AsTask();

    private Task RestoreAsync() => CallAsync("restore").AsTask();

    private ValueTask CallAsync(string function, params object?[] arguments) =>
        _editor is null ? ValueTask.CompletedTask : _editor.InvokeVoidAsync(function, arguments);

    private static EditorRequest RequestOf(string kind) => kind switch
    {
        "run" => EditorRequest.Run,
        "decode" => EditorRequest.Decode,
        "load" => EditorRequest.Load,
        _ => EditorRequest.Check,
    };

    private string Describe() =>
        Text.IsEmpty ? ""
        : Text.Attached ? Mib(Text.Bytes ?? 0)
        : $"{(Text.Name.Length > 0 ? Text.Name + " · " : "")}{Text.Lines.ToString("N0", Invariant)} {(Text.Lines == 1 ? "line" : "lines")}";

    private static string Mib(long bytes) => bytes < 1024 * 1024
        ? $"{(bytes / 1024.0).ToString("0.#", Invariant)} KiB"
        : $"{(bytes / 1048576.0).ToString("0.0", Invariant)} MiB";
}
