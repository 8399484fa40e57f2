using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Configuration;
using Qmtl.Console.Health;
using Qmtl.Console.Layout;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Security.SignIn;
using Qmtl.Shared.Health;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.HealthReport;

/// <summary>The state of every dependency, the settings in force, and the program itself.</summary>
public sealed partial class HealthReportPage : IDisposable
{
    private HealthSnapshot _snapshot = default!;
    private CoalescingThrottle? _throttle;
    private bool _busy;

    [Inject] private HealthMonitor Monitor { get; set; } = default!;

    [Inject] private ConsoleSettings Settings { get; set; } = default!;

    [Inject] private ProcessFacts Process { get; set; } = default!;

    [Inject] private TimeProvider Time { get; set; } = default!;

    [Inject] private SignInOptions SignIn { get; set; } = default!;

    [Inject] private ReadAccess Access { get; set; } = default!;

    private bool ReadsAllWorlds => Access.Of(Permissions.HealthRead).IsEverything;

    private DateTimeOffset Started => Process.StartedAt;

    private string Figure
    {
        get
        {
            var ok = _snapshot.Readings.Count(reading => reading.State == DependencyState.Ok);
            return $"{ok} of {_snapshot.Readings.Length} dependencies ok";
        }
    }

    private IEnumerable<(string Name, string Value)> Program =>
    [
        ("Version", BuildInfo.Version),
        ("Mode", Settings.IsSandbox ? "sandbox: an embedded QMTL in this process" : $"connected: {string.Join(", ", Settings.ObservedSystems)}"),
        ("Environment", Settings.Environment.Name),
        ("Runtime", RuntimeInformation.FrameworkDescription),
        ("System", $"{RuntimeInformation.OSDescription.Trim()} ({RuntimeInformation.ProcessArchitecture})"),
        ("Processors", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
        ("Memory", string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet / 1_048_576.0:N0} MiB in use, {GC.GetTotalMemory(forceFullCollection: false) / 1_048_576.0:N0} MiB of it managed")),
        ("Listens on", Process.Addresses),
        ("Sign-in", SignInWords),
    ];

    private string SignInWords => SignIn.Mode switch
    {
        SignInMode.Local => "Local: accounts of the console",
        SignInMode.Proxy => "Proxy: whoever the proxy names",
        SignInMode.OAuth => "OAuth: an identity provider",
        _ => "Open: four demo users, on loopback only",
    };

    protected override void OnInitialized()
    {
        _throttle = new(Time, CoalescingThrottle.RenderInterval, () => InvokeAsync(Show));
        Monitor.Changed += _throttle.Signal;
        _snapshot = Monitor.Current;
    }

    private void Show()
    {
        _snapshot = Monitor.Current;
        StateHasChanged();
    }

    private async Task RefreshAsync()
    {
        _busy = true;
        try
        {
            await Monitor.RefreshAsync(CancellationToken.None);
            _snapshot = Monitor.Current;
        }
        finally
        {
            _busy = false;
        }
    }

    public void Dispose()
    {
        if (_throttle is null) return;
        Monitor.Changed -= _throttle.Signal;
        _throttle.Dispose();
    }
}
