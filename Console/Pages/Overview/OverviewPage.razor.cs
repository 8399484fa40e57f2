using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Health;
using Qmtl.Console.Live;

namespace Qmtl.Console.Pages.Overview;

/// <summary>What needs attention now. Reads again with every round of the health monitor.</summary>
public sealed partial class OverviewPage : IDisposable
{
    private OverviewData? _data;
    private Failure? _failure;
    private CoalescingThrottle? _throttle;
    private IDisposable? _following;

    [Inject] private OverviewReader Reader { get; set; } = default!;

    [Inject] private HealthMonitor Monitor { get; set; } = default!;

    [Inject] private ILiveWatch Live { get; set; } = default!;

    [Inject] private TimeProvider Time { get; set; } = default!;

    [Inject] private ILogger<OverviewPage> Log { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        _throttle = new(Time, CoalescingThrottle.RenderInterval, () => InvokeAsync(RefreshAsync));
        Monitor.Changed += _throttle.Signal;
        await ReadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        // Not while the page is only drawn for the first answer: nobody would end it.
        if (firstRender) _following = Live.Follow(new(), () => InvokeAsync(RefreshAsync));
    }

    private static string Words(OverviewData data) => data.Attention.Count switch
    {
        0 when data.NotKnown.Count > 0 => "what needs attention is not known",
        0 => "nothing needs attention",
        1 => "1 thing needs attention",
        var count => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} things need attention"),
    };

    private async Task RefreshAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }

    private async Task ReadAsync()
    {
        try
        {
            _data = await Reader.ReadAsync(CancellationToken.None);
            _failure = null;
        }
#pragma warning disable CA1031 // Whatever a service throws is shown in place, over the last state.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.LogWarning(exception, "The overview could not be read");
            _failure = new("The overview could not be read.", exception.Message, "See the health report for the state of the dependencies; this page tries again by itself.");
        }
    }

    public void Dispose()
    {
        _following?.Dispose();
        if (_throttle is null) return;
        Monitor.Changed -= _throttle.Signal;
        _throttle.Dispose();
    }
}
