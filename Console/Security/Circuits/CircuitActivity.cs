using Microsoft.AspNetCore.Components.Server.Circuits;
using Qmtl.Console.Security.Sessions;

namespace Qmtl.Console.Security.Circuits;

/// <summary>Nothing that a page sends reaches its circuit once the session that opened it has ended, or when somebody else came back to it.</summary>
public sealed class CircuitActivity(CallerState state, ISessionLiveness sessions) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) =>
        context => !state.IsForeign && state.Caller is { } caller && sessions.Stands(caller.SessionId) ? next(context) : Task.CompletedTask;
}
