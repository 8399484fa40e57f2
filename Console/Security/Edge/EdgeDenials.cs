using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Edge;

/// <summary>Records requests that the edge refused. Nobody is behind them yet: their actor is "nobody".</summary>
public sealed class EdgeDenials(AuditAfterwards denials, TimeProvider time)
{
    public const string Action = "request.refused";

    public ValueTask RecordAsync(HttpContext http, EdgeRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(refusal);
        var peer = http.Connection.RemoteIpAddress is { } address ? LoopbackNames.Plain(address).ToString() : "unix socket";
        return denials.RecordAsync(
            new()
            {
                At = time.GetUtcNow(),
                Phase = AuditPhase.Denied,
                Action = Action,
                Outcome = "denied",
                Actor = "nobody",
                ActorName = "nobody",
                ActorKind = CallerKind.Console,
                Address = peer,
                Target = Cut($"{http.Request.Method} {http.Request.Path}"),
                Detail = Cut($"{refusal.Code}: {refusal.Detail}"),
            },
            http.RequestAborted);
    }

    /// <summary>What a stranger sent is kept short.</summary>
    private static string Cut(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
