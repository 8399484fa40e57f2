using Qmtl.Console.Security.Sessions;

namespace Qmtl.Console.Security.OAuth;

/// <summary>
/// Asks the provider again and again who the users of the sessions are, with access tokens that it renews by their refresh tokens. What the provider says
/// renews a session's lease and its role. Refused, the session ends at once; while the provider is silent the lease runs out, and with it the powers.
/// </summary>
public sealed class OAuthKeeper(OAuthTokenStore tokens, OAuthProvider provider, OAuthSignInOptions options, ISessions sessions, TimeProvider time, ILogger<OAuthKeeper> log) : BackgroundService
{
    /// <summary>How long a session keeps its powers after the provider last knew its user.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>How often a user is read: twice in a lease, so that one lost answer ends nothing.</summary>
    public static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>Role of who is in none of the groups: it exists nowhere, and so holds nothing.</summary>
    public const string NoRole = "none";

    /// <summary>Reads the users whose time has come.</summary>
    public async Task ReadDueAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var due = (await tokens.ListAsync(cancellation)).Where(kept => kept.NextReadAt <= now || sessions.Find(kept.SessionId) is null);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (kept, ct) => await ReadAsync(kept, ct));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await ReadDueAsync(stoppingToken);
                }
#pragma warning disable CA1031 // Whatever the store throws, the next round tries again; leases run out meanwhile.
                catch (Exception problem) when (problem is not OperationCanceledException)
#pragma warning restore CA1031
                {
                    log.LogError(problem, "The users of sessions could not be read from the identity provider");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The console stops.
        }
    }

    private async Task ReadAsync(OAuthTokenStore.Kept found, CancellationToken cancellation)
    {
        if (sessions.Find(found.SessionId) is null)
        {
            // One that another console began a moment ago is read from the store before it is given up.
            if (time.GetUtcNow() - found.NextReadAt > Lease) await tokens.RemoveAsync(found, cancellation);
            return;
        }

        if (await tokens.ClaimAsync(found, time.GetUtcNow() + ReadEvery, cancellation) is not { } kept) return;
        if (tokens.Open(kept) is not { } opened)
        {
            await EndAsync(kept, cancellation);
            return;
        }

        var expired = opened.ExpiresAt is { } expires && expires - time.GetUtcNow() < ReadEvery;
        var (answer, user) = expired ? (ProviderAnswer.Refused, null) : await provider.UserAsync(opened.AccessToken, cancellation);
        if (answer == ProviderAnswer.Refused)
        {
            (answer, var renewed) = await provider.RenewAsync(opened, cancellation);
            if (renewed is not null)
            {
                // Before it is used: a provider that rotates has forgotten the old refresh token already.
                if (await tokens.ReplaceAsync(kept, renewed, cancellation) is not { } replaced) return;
                kept = replaced;
                (answer, user) = await provider.UserAsync(renewed.AccessToken, cancellation);
            }
        }

        switch (answer)
        {
            case ProviderAnswer.Given when user is not null && "oauth:" + user.Id == sessions.Find(kept.SessionId)?.UserId:
                await sessions.RenewLeaseAsync(kept.SessionId, time.GetUtcNow() + Lease, options.Roles.RoleOf(user.Groups) ?? NoRole, options.Roles.ScopesOf(user.Groups), cancellation);
                break;
            case ProviderAnswer.Silent:
                log.LogWarning("The identity provider did not answer; sessions whose users it does not confirm within {Seconds} s lose their powers", Lease.TotalSeconds);
                await tokens.ClaimAsync(kept, time.GetUtcNow() + RetryAfter, cancellation);
                break;
            default:
                await EndAsync(kept, cancellation);
                break;
        }
    }

    private async Task EndAsync(OAuthTokenStore.Kept kept, CancellationToken cancellation)
    {
        await sessions.EndAsync(kept.SessionId, SessionEndCause.AccountDisabled, cancellation);
        await tokens.RemoveAsync(kept, cancellation);
    }
}
