using Qmtl.Console.Configuration;
using Qmtl.Console.Health;
using Qmtl.Sandbox;
using Qmtl.Shared.Health;

namespace Qmtl.Console;

/// <summary>The QMTL that the console shows: the sandbox in this process, or, connected, what this version can reach.</summary>
public static class QmtlServices
{
    public static void Add(IServiceCollection services, IConfiguration configuration, ConsoleSettings settings)
    {
        if (settings.IsSandbox)
        {
            services.AddSandbox(configuration);
            return;
        }

        // This version has no remote sides. Each service says so by a probe; pages see it through Available<T>.
        foreach (var missing in new ServiceDirectory(settings).All)
        {
            services.AddSingleton<IDependencyProbe>(provider => new MissingServiceProbe(missing, provider.GetRequiredService<TimeProvider>()));
        }
    }
}
