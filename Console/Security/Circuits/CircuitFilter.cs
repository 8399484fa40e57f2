using Microsoft.AspNetCore.SignalR;
using Qmtl.Console.Security.Sessions;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Circuits;

/// <summary>
/// Before any call of a page's or a hub's connection: does its session still stand. And before a page comes back to its circuit: is it the session that
/// opened it. The framework itself would go on as whoever comes, and send him what the other one had on the screen.
/// </summary>
public sealed class CircuitFilter(CircuitOwners owners, ISessionLiveness sessions, AuditAfterwards audit, TimeProvider time) : IHubFilter
{
    public const string Action = "circuit.refused";

    private const string CircuitHub = "Microsoft.AspNetCore.Components.Server.ComponentHub";

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        ArgumentNullException.ThrowIfNull(invocationContext);
        ArgumentNullException.ThrowIfNull(next);
        var caller = invocationContext.Context.User.FindCaller();
        var isCircuit = invocationContext.Hub.GetType().FullName == CircuitHub;
        if (caller is null || !sessions.Stands(caller.SessionId))
        {
            // A page that is open may answer while it says goodbye; CircuitActivity lets nothing of it reach a component, and its socket is cut soon.
            if (isCircuit && !invocationContext.HubMethodName.EndsWith("Circuit", StringComparison.Ordinal)) return await next(invocationContext);
            invocationContext.Context.Abort();
            throw new HubException("The session has ended.");
        }

        if (!isCircuit) return await next(invocationContext);
        switch (invocationContext.HubMethodName)
        {
            case "StartCircuit":
                var started = await next(invocationContext);
                if (started is string secret) owners.Opened(secret, caller);
                return started;

            case "ConnectCircuit" when !IsOwner(invocationContext, caller):
                await RecordAsync(caller);
                return false;

            case "ResumeCircuit":
                if (!IsOwner(invocationContext, caller))
                {
                    await RecordAsync(caller);
                    return null;
                }

                var resumed = await next(invocationContext);
                if (resumed is string again) owners.Opened(again, caller);
                return resumed;

            default:
                return await next(invocationContext);
        }
    }

    private bool IsOwner(HubInvocationContext call, Caller caller) => call.HubMethodArguments is [string secret, ..] && owners.IsOwner(secret, caller);

    private ValueTask RecordAsync(Caller caller) => audit.RecordAsync(
        AuditRecord.Of(caller, time.GetUtcNow(), AuditPhase.Denied, Action, "circuit", "denied") with { Detail = "Came back to a circuit that another session opened, or that is not known any more. The page reloads." },
        CancellationToken.None);
}
