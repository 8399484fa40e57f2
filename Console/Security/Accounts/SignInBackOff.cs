using System.Net;
using System.Net.Sockets;

namespace Qmtl.Console.Security.Accounts;

/// <summary>
/// Makes guessing slow without locking anybody out: after some failures an account, a client, and a client at an account have to wait, longer with each
/// further failure, up to a bound. How long is told. Somebody who waited as long as was said is heard, whatever others did meanwhile. In memory, bounded.
/// </summary>
public sealed class SignInBackOff(TimeProvider time)
{
    public const int Bound = 10_000;
    private const int FreeAtAccount = 10;
    private const int FreeOfClient = 10;
    private const int FreeOfPair = 3;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestOfAccount = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Failures> _failures = new(StringComparer.Ordinal);

    /// <summary>How long this client still has to wait before it is heard for this account; zero: now.</summary>
    public TimeSpan Wait(string account, string? address)
    {
        var now = time.GetUtcNow();
        var client = ClientOf(address);
        lock (_lock)
        {
            var pair = Of(Pair(account, client), now);
            var wait = Later(pair.HeardAt, Of(Client(client), now).HeardAt) - now;

            // A client that is new to an account under attack waits once, for a time that nobody else's failures lengthen.
            if (pair is { Count: 0, HeardAt: null } && Delay(Of(Everybody(account), now).Count - FreeAtAccount, LongestOfAccount) is var delay && delay > TimeSpan.Zero)
            {
                Set(Pair(account, client), pair with { HeardAt = now + delay, At = now });
                wait = Longer(wait, delay);
            }

            return wait is { } left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void Failed(string account, string? address)
    {
        var now = time.GetUtcNow();
        var client = ClientOf(address);
        lock (_lock)
        {
            var pair = Of(Pair(account, client), now).More(now);
            var all = Of(Everybody(account), now).More(now);
            var by = Of(Client(client), now).More(now);
            var delay = Delay(pair.Count - FreeOfPair, Longest);
            if (Delay(all.Count - FreeAtAccount, LongestOfAccount) is var account1 && account1 > delay) delay = account1;
            Set(Pair(account, client), pair with { HeardAt = now + delay });
            Set(Everybody(account), all);
            Set(Client(client), by with { HeardAt = now + Delay(by.Count - FreeOfClient, Longest) });
        }
    }

    public void Succeeded(string account, string? address)
    {
        lock (_lock)
        {
            _failures.Remove(Pair(account, ClientOf(address)));
            _failures.Remove(Everybody(account));
        }
    }

    /// <summary>An IPv6 client is its /64: one machine has all of it.</summary>
    internal static string ClientOf(string? address)
    {
        if (address is null || !IPAddress.TryParse(address, out var ip)) return "";
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        return ip.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(ip.GetAddressBytes().AsSpan(0, 8)) : ip.ToString();
    }

    private static TimeSpan Delay(int failures, TimeSpan longest) =>
        failures < 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Min(failures, 16))));

    private static string Pair(string account, string client) => $"p\n{account}\n{client}";

    private static string Everybody(string account) => "a\n" + account;

    private static string Client(string client) => "c\n" + client;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => other is null || one > other ? one : other;

    private static TimeSpan? Longer(TimeSpan? one, TimeSpan other) => one > other ? one : other;

    private Failures Of(string key, DateTimeOffset now) => _failures.TryGetValue(key, out var known) && now - known.At < Forgotten ? known : new(0, null, now);

    private void Set(string key, Failures failures)
    {
        if (_failures.Count >= Bound && !_failures.ContainsKey(key)) _failures.Remove(_failures.MinBy(pair => pair.Value.At).Key);
        _failures[key] = failures;
    }

    /// <param name="HeardAt">Not before then; null: at once.</param>
    private sealed record Failures(int Count, DateTimeOffset? HeardAt, DateTimeOffset At)
    {
        public Failures More(DateTimeOffset now) => this with { Count = Count + 1, At = now };
    }
}
