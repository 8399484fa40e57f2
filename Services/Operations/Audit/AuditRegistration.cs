using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Files;
using Qmtl.Operations.Audit.Head;
using Qmtl.Operations.Audit.Index;
using Qmtl.Operations.Audit.Postgres;
using Qmtl.Operations.Audit.Spool;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
using Qmtl.Operations.Storage.Postgres;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>The audit: in PostgreSQL where that is set, else in files.</summary>
public static class AuditRegistration
{
    /// <summary>Needs <see cref="OperationsStorageRegistration.AddOperationsStorage"/>.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<AuditOptions>().Bind(configuration.GetSection(AuditOptions.Section));
        services.AddSingleton(provider => new Lazy<AuditKeys>(() => AuditKeyFile.Load(
            provider.GetRequiredService<IOptions<AuditOptions>>().Value,
            provider.GetRequiredService<IOptions<OperationsStorageOptions>>().Value,
            create: true)));
        services.AddSingleton<IAuditStore>(provider =>
        {
            var storage = provider.GetRequiredService<IOptions<OperationsStorageOptions>>();
            var keys = provider.GetRequiredService<Func<AuditKeys>>();
            return storage.Value.IsPostgres
                ? new PostgresAuditStore(provider.GetRequiredService<PostgresDatabase>(), keys)
                : new FileAuditStore(provider.GetRequiredService<IOptions<AuditOptions>>(), storage, provider.GetRequiredService<StorageLock>(), keys);
        });
        services.AddSingleton(provider => new ChainWriter(provider.GetRequiredService<Lazy<AuditKeys>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DenialCounter>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditLog>());
        services.AddSingleton<AuditSpool>();
        services.AddSingleton<IAuditSpool>(provider => provider.GetRequiredService<AuditSpool>());
        services.AddSingleton<IStorageOpening, AuditStartup>();
        services.AddSingleton<IStorageOpening>(provider => provider.GetRequiredService<AuditSpool>());
        services.AddSingleton<AuditIndex>();
        services.AddSingleton<Func<AuditKeys>>(provider => () => provider.GetRequiredService<Lazy<AuditKeys>>().Value);
        services.AddSingleton<AuditSearch>();
        services.AddSingleton(provider => new AuditHeadTargets(provider.GetRequiredService<IOptions<AuditOptions>>(), provider.GetRequiredService<Func<AuditKeys>>()));
        services.AddSingleton<AuditHeadKeeper>();
        services.AddSingleton<IAuditReader, AuditReader>();
        services.AddSingleton<IAuditViews, AuditViews>();
        // Services end in the opposite order: the last counts and the spool first, then the head of it all.
        services.AddHostedService(provider => provider.GetRequiredService<AuditHeadKeeper>());
        services.AddHostedService<AuditService>();
        return services;
    }
}
