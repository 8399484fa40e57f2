using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Files;
using Qmtl.Operations.Audit.Spool;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.Files;
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
        services.AddSingleton<IAuditStore>(provider => new FileAuditStore(
            provider.GetRequiredService<IOptions<AuditOptions>>(),
            provider.GetRequiredService<IOptions<OperationsStorageOptions>>(),
            provider.GetRequiredService<StorageLock>(),
            () => provider.GetRequiredService<Lazy<AuditKeys>>().Value));
        services.AddSingleton(provider => new ChainWriter(provider.GetRequiredService<Lazy<AuditKeys>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DenialCounter>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditLog>());
        services.AddSingleton<AuditSpool>();
        services.AddSingleton<IAuditSpool>(provider => provider.GetRequiredService<AuditSpool>());
        services.AddSingleton<IStorageOpening, AuditStartup>();
        services.AddSingleton<IStorageOpening>(provider => provider.GetRequiredService<AuditSpool>());
        services.AddHostedService<AuditService>();
        return services;
    }
}
