using Microsoft.JSInterop;

namespace Qmtl.Console.Components;

/// <summary>Browser modules of components.</summary>
public static class ModuleExtensions
{
    /// <summary>Disposes the module; a connection that is gone already has disposed it.</summary>
    public static async ValueTask DisposeQuietlyAsync(this IJSObjectReference? module)
    {
        if (module is null) return;
        try
        {
            await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the module with it.
        }
        catch (OperationCanceledException)
        {
            // The same, while the call was on its way.
        }
    }
}
