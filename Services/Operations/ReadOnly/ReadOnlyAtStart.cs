using Microsoft.Extensions.Hosting;

namespace Qmtl.Operations.ReadOnly;

/// <summary>Reads the switch once, after the store is open and before a command does anything.</summary>
internal sealed class ReadOnlyAtStart(ReadOnlySwitch readOnly) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => readOnly.RefreshAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
