using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.ReadOnly;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;

namespace Qmtl.Benchmarks;

/// <summary>
/// One decision of the console's own authorizer, among 1,000 sessions: does the session stand, does its role hold the permission, in this scope, and is
/// the console read-only. Yardstick in the same run: one look for the same permission in a dictionary.
/// </summary>
internal static class PermissionBenchmark
{
    private const int Rounds = 2_000_000;
    private const int BoundNanoseconds = 1_000;

    /// <summary>Whether it keeps the bound.</summary>
    public static async Task<bool> RunAsync()
    {
        System.Console.WriteLine("== permission check");
        var now = TimeProvider.System.GetUtcNow();
        await using var services = new ServiceCollection().BuildServiceProvider();
        using var directory = new AccessDirectory(new InMemoryDocumentStore(TimeProvider.System), new SignInOptions(), TimeProvider.System);
        for (var number = 0; number < 1_000; number++)
        {
            directory.Put(new Session { Id = $"session-{number}", UserId = $"user{number}", Name = $"User {number}", Role = Roles.Operator, CreatedAt = now, LastInputAt = now, EndsAt = now.AddHours(1) });
        }

        var authorizer = new ConsoleAuthorizer(directory, new Nobody(), new SignInOptions(), TimeProvider.System, new AuditAfterwards(services, NullLogger<AuditAfterwards>.Instance), new Off());
        Caller[] callers = [.. Enumerable.Range(0, 1_000).Select(number => new Caller { UserId = $"user{number}", Name = $"User {number}", Kind = CallerKind.Person, SessionId = $"session-{number}" })];
        var dictionary = Permissions.All.ToDictionary(permission => permission, permission => permission.Length, StringComparer.Ordinal);
        var best = double.MaxValue;
        var yardstick = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            yardstick = Math.Min(yardstick, Look(dictionary));
            best = Math.Min(best, Decide(authorizer, callers));
        }

        System.Console.WriteLine($"granted: {best:F0} ns each (bound: {BoundNanoseconds:N0} ns), best of 5 rounds of {Rounds:N0}; a look in a dictionary of the same permissions: {yardstick:F0} ns; ratio {best / yardstick:F1}");
        return best <= BoundNanoseconds;
    }

    private static double Decide(ConsoleAuthorizer authorizer, Caller[] callers)
    {
        var granted = 0;
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < Rounds; number++)
        {
            if (authorizer.Decide(callers[number % callers.Length], Permissions.SandboxActivityChange).Allowed) granted++;
        }

        var time = watch.Elapsed.TotalNanoseconds / Rounds;
        return granted == Rounds ? time : throw new InvalidOperationException($"Only {granted} of {Rounds} were granted.");
    }

    private static double Look(Dictionary<string, int> dictionary)
    {
        var sum = 0L;
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < Rounds; number++)
        {
            if (dictionary.TryGetValue(Permissions.SandboxActivityChange, out var length)) sum += length;
        }

        var time = watch.Elapsed.TotalNanoseconds / Rounds;
        return sum > 0 ? time : throw new InvalidOperationException("The dictionary does not hold the permission.");
    }

    /// <summary>Is asked only about refusals; there are none here.</summary>
    private sealed class Nobody : ISessionLiveness
    {
        public event Action<SessionEnd> Ended { add { } remove { } }

        public event Action<string> RightsChanged { add { } remove { } }

        public bool Stands(string sessionId) => false;

        public string? WhyEnded(string sessionId) => null;

        public Task ReportInputAsync(string sessionId, CancellationToken cancellation) => Task.CompletedTask;

        public Task RenewLeaseAsync(string sessionId, DateTimeOffset until, string? role, IReadOnlyList<string> scopes, CancellationToken cancellation) => Task.CompletedTask;

        public Task EndAsync(string sessionId, SessionEndCause cause, CancellationToken cancellation) => Task.CompletedTask;
    }

    private sealed class Off : IReadOnlySwitch
    {
        public event Action Changed { add { } remove { } }

        public bool IsOn => false;

        public string? By => null;

        public string? ByName => null;

        public DateTimeOffset? Since => null;

        public string Reason => "";
    }
}
