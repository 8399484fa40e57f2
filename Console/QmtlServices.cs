using Qmtl.Console.Configuration;
using Qmtl.Console.Families;
using Qmtl.Console.Health;
using Qmtl.Console.Storage;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;
using Qmtl.Gateway;
using Qmtl.Gateway.InMemory;
using Qmtl.Sandbox;
using Qmtl.Shared.Health;
using Qmtl.Shared.Rail;

namespace Qmtl.Console;

/// <summary>The QMTL that the console shows: the sandbox in this process, or, connected, what this version can reach.</summary>
public static class QmtlServices
{
    public static void Add(IServiceCollection services, IConfiguration configuration, ConsoleSettings settings)
    {
        services.PostConfigure<SpillOptions>(options =>
        {
            if (options.Path.Length == 0) options.Path = Path.Combine(new StorageOptions { Path = configuration["Storage:Path"] }.Folder, "live");
        });
        services.AddSingleton<FamilyGroups>();
        services.AddHostedService<FamilyWatch>();
        services.AddSingleton<IOperation, FamilyOperation>();
        if (settings.IsSandbox)
        {
            services.AddSandbox(configuration);
            services.AddSingleton<IStrategyCatalogue>(provider =>
                new GroupedCatalogue(provider.GetRequiredService<InMemoryStrategyCatalogue>(), provider.GetRequiredService<FamilyGroups>()));
            return;
        }

        var hasBus = ControlSources.Of(configuration).Count > 0;
        if (hasBus)
        {
            // Before the settings are read into it: a default of connected consoles, whose events somebody will ask about tomorrow.
            services.Configure<SpillOptions>(options => options.Hours = 24);
            services.AddControlBus(configuration);
        }

        // Of the rest this version has no remote sides. Each service says so by a probe; pages see it through Available<T>.
        foreach (var missing in new ServiceDirectory(settings).All.Where(missing => !(hasBus && missing.Name == ServiceDirectory.ControlBus)))
        {
            services.AddSingleton<IDependencyProbe>(provider => new MissingServiceProbe(missing, provider.GetRequiredService<TimeProvider>()));
        }
    }
}
