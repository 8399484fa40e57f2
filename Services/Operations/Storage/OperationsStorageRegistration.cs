using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Storage.Files;
using Qmtl.Operations.Storage.Postgres;

namespace Qmtl.Operations.Storage;

/// <summary>The console's own store: PostgreSQL where that is set, else files.</summary>
public static class OperationsStorageRegistration
{
    /// <param name="folder">Where the console's files lie, in full.</param>
    public static IServiceCollection AddOperationsStorage(this IServiceCollection services, IConfiguration configuration, string folder)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.Configure<OperationsStorageOptions>(options =>
        {
            options.Folder = folder;
            options.PostgresConnection = configuration["Postgres:Connection"];
            options.PostgresMigrationConnection = configuration["Postgres:MigrationConnection"];
        });
        services.AddSingleton(provider => new StorageLock(provider.GetRequiredService<IOptions<OperationsStorageOptions>>().Value.Folder));
        services.AddSingleton<PostgresDatabase>();
        services.AddSingleton<FileDocumentStore>();
        services.AddSingleton<IDocumentStore>(provider => provider.GetRequiredService<IOptions<OperationsStorageOptions>>().Value.IsPostgres
            ? new PostgresDocumentStore(provider.GetRequiredService<PostgresDatabase>())
            : provider.GetRequiredService<FileDocumentStore>());
        services.AddSingleton<IStorageOpening>(provider => provider.GetRequiredService<IOptions<OperationsStorageOptions>>().Value.IsPostgres
            ? provider.GetRequiredService<PostgresDatabase>()
            : provider.GetRequiredService<FileDocumentStore>());
        services.AddHostedService<StorageStartup>();
        return services;
    }
}
