using Qmtl.Console.Configuration;
using Qmtl.Console.Health;
using Qmtl.ControlBus;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Health;
using Qmtl.WorldService;

namespace Qmtl.Console;

/// <summary>The QMTL that the console shows: the sandbox in this process, or, connected, what this version can reach.</summary>
public static class QmtlServices
{
    public static void Add(IServiceCollection services, IConfiguration configuration, ConsoleSettings settings)
    {
        if (settings.IsSandbox)
        {
            services.AddControlBus(configuration).AddWorldService(configuration).AddDagManager(configuration).AddGateway(configuration);
            return;
        }

        // This version has no remote sides. Each service says so by a probe; pages see it through Available<T>.
        foreach (var missing in new ServiceDirectory(settings).All)
        {
            services.AddSingleton<IDependencyProbe>(provider => new MissingServiceProbe(missing, provider.GetRequiredService<TimeProvider>()));
        }
    }
}
