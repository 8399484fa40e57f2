using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.SignIn;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Sessions;

/// <summary>Reads accounts, sessions and keys again and again, ends what has run out, and records it.</summary>
internal sealed class SessionSweeper(
    SessionRegistry registry, PasswordLinks links, ApiKeyStore keys, SignInOptions options, TimeProvider time, SecurityAudit audit, ILogger<SessionSweeper> log) : BackgroundService
{
    private static readonly TimeSpan LeftoversEvery = TimeSpan.FromHours(1);
    private DateTimeOffset _leftovers;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request: nobody with a session is sent to the sign-in page only because nothing was read yet.
        await SweepAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Refresh, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await SweepAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The console stops.
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        try
        {
            var ended = await registry.SweepAsync(cancellation);
            if (time.GetUtcNow() - _leftovers >= LeftoversEvery)
            {
                await links.SweepAsync(cancellation);
                await keys.SweepAsync(cancellation);
                _leftovers = time.GetUtcNow();
            }

            await audit.TellAsync([.. ended.Select(end => Record(end.Session, end.Cause))], cancellation);
        }
#pragma warning disable CA1031 // Whatever the store throws, the next round tries again.
        catch (Exception problem) when (problem is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.LogError(problem, "Accounts, sessions and keys could not be read from the console's store; the next reading is in {Seconds} s", options.Refresh.TotalSeconds);
        }
    }

    private AuditRecord Record(Session session, SessionEndCause cause) => new()
    {
        At = time.GetUtcNow(),
        Phase = AuditPhase.Event,
        Action = SecurityAudit.Expired,
        Outcome = "done",
        Actor = session.UserId,
        ActorName = session.Name,
        ActorKind = CallerKind.Person,
        Session = session.Id,
        Target = session.UserId,
        Detail = SessionWords.Of(cause, options),
    };
}
