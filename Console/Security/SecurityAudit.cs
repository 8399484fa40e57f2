using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>Records what concerns sign-in and one's own account.</summary>
internal sealed class SecurityAudit(TimeProvider time, IAuditLog audit, IAuditSpool spool)
{
    public const string SignIn = "session.sign-in";
    public const string SignInFailed = "session.sign-in.failed";
    public const string SignOut = "session.sign-out";
    public const string Expired = "session.expired";

    /// <summary>Records a fact: a sign-in, the end of a session. Into the spool while the audit cannot be written.</summary>
    public Task TellAsync(Caller caller, string action, string target, string outcome, string? detail, CancellationToken cancellation) =>
        TellAsync([AuditRecord.Of(caller, time.GetUtcNow(), outcome == "denied" ? AuditPhase.Denied : AuditPhase.Event, action, target, outcome) with { Detail = detail }], cancellation);

    public async Task TellAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation)
    {
        if (records.Count == 0) return;
        try
        {
            await audit.AppendAsync(records, cancellation);
        }
        catch (AuditUnavailableException)
        {
            await spool.AppendAsync(records, cancellation);
        }
    }

    /// <summary>Records what is about to be done, does it, and records how it ended. Nothing is done when the intent cannot be written.</summary>
    /// <exception cref="AuditUnavailableException">The intent could not be written; nothing happened.</exception>
    public async Task<T> DoAsync<T>(Caller caller, string action, string permission, string target, string? detail, Func<Task<T>> act, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(act);
        var intent = AuditRecord.Of(caller, time.GetUtcNow(), AuditPhase.Intent, action, target, "intended") with { Permission = permission, Detail = detail, OperationId = "own-" + Correlation.New() };
        await audit.AppendAsync([intent], cancellation);
        try
        {
            var result = await act();
            await TellAsync([intent with { At = time.GetUtcNow(), Phase = AuditPhase.Outcome, Outcome = "done" }], CancellationToken.None);
            return result;
        }
        catch (Exception problem)
        {
            await TellAsync([intent with { At = time.GetUtcNow(), Phase = AuditPhase.Outcome, Outcome = "failed", Detail = problem.Message }], CancellationToken.None);
            throw;
        }
    }

    public Task DoAsync(Caller caller, string action, string permission, string target, string? detail, Func<Task> act, CancellationToken cancellation) =>
        DoAsync(caller, action, permission, target, detail, async () =>
        {
            await act();
            return true;
        }, cancellation);
}
