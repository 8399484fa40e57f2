using Microsoft.Extensions.Hosting;

namespace Qmtl.Operations.Storage;

/// <summary>Opens the stores before anything else starts, so that what is wrong with them stops the start, all of it in one list.</summary>
internal sealed class StorageStartup(IEnumerable<IStorageOpening> stores) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        foreach (var store in stores)
        {
            try
            {
                await store.OpenAsync(cancellationToken);
            }
            catch (StorageRefusedException refused)
            {
                errors.AddRange(refused.Errors.Where(error => !errors.Contains(error)));
            }
        }

        if (errors.Count > 0) throw new StorageRefusedException(errors);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
