using Qmtl.Console.Components;

namespace Qmtl.Console;

/// <summary>Composes the real application. Tests start the same one on port 0, with a hook that changes options.</summary>
public static class ConsoleApplication
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapGet("/healthz", () => "ok");
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }
}
