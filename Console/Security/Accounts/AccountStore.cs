using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>
/// Accounts as documents. Every change is one commit: the account, the list of those who can administer the console, and who changed what. Two people
/// who take each other's role at once cannot both succeed, on whatever console.
/// </summary>
internal sealed class AccountStore(IDocumentStore store, AccessDirectory directory, TimeProvider time) : IAccountHistory
{
    private const string RosterKind = "account-roster";
    private const string RosterId = "administrators";
    private const string ChangeKind = "account-change";

    public async Task<Account?> FindAsync(string userName, CancellationToken cancellation) =>
        await store.FindAsync(SecurityDocuments.AccountKind, userName, cancellation) is { } stored ? SecurityDocuments.ReadAccount(stored) : null;

    public async Task<IReadOnlyList<Account>> ListAsync(int bound, CancellationToken cancellation) =>
        (await store.ListAllAsync(SecurityDocuments.AccountKind, bound, cancellation)).ConvertAll(SecurityDocuments.ReadAccount);

    /// <summary>Whether there is no account, and never was one.</summary>
    public async Task<bool> IsEmptyAsync(CancellationToken cancellation) =>
        await store.FindAsync(RosterKind, RosterId, cancellation) is null && await store.CountAsync(SecurityDocuments.AccountKind, null, cancellation) == 0;

    /// <summary>Adds an account.</summary>
    /// <param name="mustBeFirst">Refuse when there is or was another one.</param>
    /// <param name="also">Written in the same commit.</param>
    /// <param name="by">Whose doing it is.</param>
    /// <returns>False when the name is taken, or the account is not the first and must be; nothing was written.</returns>
    public async Task<bool> AddAsync(Account account, bool mustBeFirst, IReadOnlyList<DocumentWrite> also, IReadOnlyList<string> by, CancellationToken cancellation)
    {
        while (true)
        {
            var roster = await store.FindAsync(RosterKind, RosterId, cancellation);
            if (mustBeFirst && roster is not null) return false;
            if (await store.FindAsync(SecurityDocuments.AccountKind, account.UserName, cancellation) is not null) return false;
            var administrators = Administrators(roster);
            if (CanAdminister(account)) administrators.Add(account.UserName);
            DocumentWrite[] writes = [account.ToWrite(), ToWrite(administrators, roster?.Version ?? 0), Change(account.UserId, "made the account", by), .. also];
            if (await store.CommitAsync(writes, cancellation))
            {
                directory.Put(account with { Version = 1 });
                return true;
            }

            if (also.Count > 0 && await HasMovedAsync(also, cancellation)) return false;
        }
    }

    /// <summary>Changes an account by compare-and-set.</summary>
    /// <param name="change">From what is stored to what shall be; throws to refuse.</param>
    /// <param name="what">What was changed, in words, for <see cref="IAccountHistory"/>; null: nothing that concerns it.</param>
    /// <param name="also">Written in the same commit; asked anew at each attempt.</param>
    /// <returns>The account as stored now; null when there is none of this name.</returns>
    /// <exception cref="LastAdministratorException">Nobody could administer the console afterwards.</exception>
    public async Task<Account?> ChangeAsync(
        string userName, Func<Account, Account> change, string? what, IReadOnlyList<string> by, Func<CancellationToken, Task<IReadOnlyList<DocumentWrite>>>? also, CancellationToken cancellation)
    {
        while (true)
        {
            if (await FindAsync(userName, cancellation) is not { } before) return null;
            var after = change(before);
            var writes = new List<DocumentWrite> { after.ToWrite() };
            if (CanAdminister(before) != CanAdminister(after))
            {
                var roster = await store.FindAsync(RosterKind, RosterId, cancellation);
                var administrators = Administrators(roster);
                if (CanAdminister(after)) administrators.Add(userName);
                else administrators.Remove(userName);
                if (administrators.Count == 0) throw new LastAdministratorException(userName);
                writes.Add(ToWrite(administrators, roster?.Version ?? 0));
            }

            if (what is not null) writes.Add(Change(before.UserId, what, by));
            if (also is not null) writes.AddRange(await also(cancellation));
            if (!await store.CommitAsync(writes, cancellation)) continue;
            after = after with { Version = before.Version + 1 };
            directory.Put(after);
            return after;
        }
    }

    /// <summary>Notes that somebody changed what belongs to another's account: a key, a password link.</summary>
    public DocumentWrite Change(string userId, string what, IReadOnlyList<string> by)
    {
        var now = time.GetUtcNow();
        return new(ChangeKind, Secrets.NewToken(), 0, SecurityDocuments.Write(new ChangeDocument(now, what)),
            [SecurityDocuments.OfUser(userId), .. by.Distinct(StringComparer.Ordinal).Select(ByUser)], SecurityDocuments.Sortable(now));
    }

    public async ValueTask<AccountChange?> ChangeByAsync(string userId, string changedBy, DateTimeOffset since, CancellationToken cancellation)
    {
        if (userId == changedBy) return null;
        var query = new DocumentQuery(ChangeKind) { Labels = [SecurityDocuments.OfUser(userId), ByUser(changedBy)], Limit = 1 };
        var newest = (await store.ListAsync(query, cancellation)).Select(SecurityDocuments.Read<ChangeDocument>).FirstOrDefault();
        return newest is not null && newest.At >= since ? new(newest.At, newest.What) : null;
    }

    /// <summary>Whether an account can administer the console: the role, everywhere, enabled, with a password.</summary>
    public static bool CanAdminister(Account account) => account is { Role: Roles.Administrator, IsDisabled: false, Scopes.Count: 0, PasswordHash: not null };

    private static string ByUser(string userId) => "by:" + userId;

    private static SortedSet<string> Administrators(StoredDocument? roster) =>
        new(roster is null ? [] : SecurityDocuments.Read<RosterDocument>(roster).Administrators, StringComparer.Ordinal);

    private static DocumentWrite ToWrite(SortedSet<string> administrators, long version) =>
        new(RosterKind, RosterId, version, SecurityDocuments.Write(new RosterDocument([.. administrators])), []);

    private async Task<bool> HasMovedAsync(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation)
    {
        foreach (var write in writes)
        {
            if ((await store.FindAsync(write.Kind, write.Id, cancellation))?.Version is var version && (version ?? 0) != write.ExpectedVersion) return true;
        }

        return false;
    }

    private sealed record RosterDocument(IReadOnlyList<string> Administrators);

    private sealed record ChangeDocument(DateTimeOffset At, string What);
}

/// <summary>Nobody could administer the console afterwards. Nothing happened.</summary>
public sealed class LastAdministratorException(string userName)
    : Exception($"{userName} is the last enabled administrator with a password and without scopes: nobody could administer the console afterwards. Make somebody else administrator first.");
