using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.Console.Storage;

namespace Qmtl.Console.Families;

/// <summary>Reads the families when the console starts and every few seconds after, for what other consoles did.</summary>
public sealed class FamilyWatch(FamilyGroups groups, IOptions<StorageOptions> storage, TimeProvider time, ILogger<FamilyWatch> log) : BackgroundService
{
    /// <summary>How old what is shown can be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Where version 0.1 kept them, one file for each console.</summary>
    private readonly string _file = Path.Combine(storage.Value.Folder, "families.json");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ImportAsync(cancellationToken);
        await groups.RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RefreshAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The console stops.
        }
    }

    private async Task RefreshAsync(CancellationToken cancellation)
    {
        try
        {
            await groups.RefreshAsync(cancellation);
        }
#pragma warning disable CA1031 // Whatever the store fails with: what was read last is shown, and it is asked again.
        catch (Exception problem) when (problem is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.LogWarning(problem, "The families could not be read again; what other consoles grouped meanwhile is not shown.");
        }
    }

    private async Task ImportAsync(CancellationToken cancellation)
    {
        if (!File.Exists(_file)) return;
        try
        {
            var earlier = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllBytesAsync(_file, cancellation)) ?? [];
            await groups.ImportAsync(earlier, cancellation);
            File.Move(_file, _file + ".imported", overwrite: true);
            log.LogInformation("{Count} families of {File} were taken into the console's store.", earlier.Count, _file);
        }
        catch (JsonException problem)
        {
            File.Move(_file, _file + ".damaged", overwrite: true);
            log.LogError(problem, "The families in {File} are damaged. The file is kept as {Aside}; what it held is unknown.", _file, _file + ".damaged");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            log.LogError(problem, "The families in {File} cannot be read now. The next start tries again.", _file);
        }
    }
}
