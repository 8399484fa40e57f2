using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Notifications;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Policies;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Health;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations;

/// <summary>
/// Composes the rail. It needs an <see cref="IAuthorizer"/>, an <see cref="IAuditLog"/> with its spool and an <see cref="Storage.IDocumentStore"/>
/// besides; services plug their <see cref="IOperation"/>s in.
/// </summary>
public static class OperationsRegistration
{
    /// <summary>Kinds of operations that the rail brings along.</summary>
    public static IReadOnlyList<OperationKind> OwnKinds { get; } = [ReadOnlyOperation.On, ReadOnlyOperation.Off];

    public static IServiceCollection AddOperations(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddOptions<OperationsOptions>()
            .ValidateDataAnnotations()
            .Validate(options => options.LeaseRenew + options.JobTick < options.Lease && options.JobTick > TimeSpan.Zero, "A job's lease must be longer than the time between its renewals.")
            .ValidateOnStart();
        services.TryAddSingleton<OperationCatalogue>();
        services.TryAddSingleton(_ => new PolicyBook(configuration));
        services.TryAddSingleton<IAccountHistory, NoAccountHistory>();
        services.TryAddSingleton<RailFeed>();
        services.TryAddSingleton<RailGuard>();
        services.TryAddSingleton<RailAudit>();

        services.TryAddSingleton<PlanDocuments>();
        services.TryAddSingleton<AccountRule>();
        services.TryAddSingleton<PlanMaking>();
        services.TryAddSingleton<PlanDecisions>();
        services.TryAddSingleton<PlanExecution>();
        services.TryAddSingleton<PlanReading>();
        services.TryAddSingleton<IPlans, PlanEngine>();

        services.TryAddSingleton<JobDocuments>();
        services.TryAddSingleton<JobHost>();
        services.TryAddSingleton<IJobs, JobEngine>();

        services.AddSwitch();
        services.AddSingleton<IOperation>(provider => ActivatorUtilities.CreateInstance<ReadOnlyOperation>(provider, true));
        services.AddSingleton<IOperation>(provider => ActivatorUtilities.CreateInstance<ReadOnlyOperation>(provider, false));

        services.TryAddSingleton(WebhookOptions.Read(configuration));
        services.TryAddSingleton<Webhook>();
        services.AddHostedService(provider => provider.GetRequiredService<Webhook>());
        if (configuration[WebhookOptions.UrlSetting] is { Length: > 0 }) services.TryAddEnumerable(ServiceDescriptor.Singleton<IDependencyProbe, WebhookProbe>());

        services.TryAddSingleton<RailWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<RailWatch>());
        // Stopped first, because it was started last: items in flight end while everything else still stands.
        services.AddHostedService(provider => provider.GetRequiredService<JobHost>());
        return services;
    }

    /// <summary>The read-only switch alone, read once when the host starts: for commands on the console's own store.</summary>
    public static IServiceCollection AddReadOnlySwitch(this IServiceCollection services)
    {
        services.AddSwitch();
        return services.AddHostedService<ReadOnlyAtStart>();
    }

    private static void AddSwitch(this IServiceCollection services)
    {
        services.TryAddSingleton<ReadOnlySwitch>();
        services.TryAddSingleton<IReadOnlySwitch>(provider => provider.GetRequiredService<ReadOnlySwitch>());
    }
}
