using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace Qmtl.Tests.Bunit.Components;

/// <summary>A component test with the services that the common parts need; browser modules answer nothing.</summary>
public abstract class ShellContext : BunitContext
{
    protected ShellContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLogging();
        Services.AddSingleton(TimeProvider.System);
    }
}
