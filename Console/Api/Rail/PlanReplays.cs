using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>
/// Remembers for 24 hours which plan a request with an <c>Idempotency-Key</c> made, so that the same request sent again makes no second plan, on
/// whichever console it arrives. Keys are a caller's own; what is kept is a digest of the request, not the request.
/// </summary>
public sealed class PlanReplays(IDocumentStore store)
{
    /// <summary>Longest key.</summary>
    public const int MostCharacters = 200;

    private const string Kind = "request";
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);
    private static readonly TimeSpan Unfinished = TimeSpan.FromMinutes(1);

    /// <summary>Makes the plan, or answers the one that the same request made before.</summary>
    /// <returns>The plan's id, and whether it was there already.</returns>
    /// <exception cref="RailRefusedException">The key was used for another request, or that request is still being worked on.</exception>
    public async Task<(string PlanId, bool Replayed)> OnceAsync(Caller caller, string key, PlanRequest request, Func<Task<Plan>> make, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(make);
        var id = Hash(caller.UserId, key);
        var digest = Hash(request.Kind, request.Target, request.Reason, request.Parameters.ValueKind == JsonValueKind.Undefined ? "" : request.Parameters.GetRawText());
        var now = await store.NowAsync(cancellation);
        var known = await store.FindAsync(Kind, id, cancellation);
        if (known is not null && Read(known) is var entry && now - entry.At < Kept)
        {
            if (entry.Digest != digest)
            {
                throw new RailRefusedException("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key belongs to another request.", "header Idempotency-Key", "Give each new request a key of its own.");
            }

            if (entry.PlanId is { } made) return (made, true);
            if (now - entry.At < Unfinished) throw InWork();
        }

        var version = known?.Version ?? 0;
        if (!await store.CommitAsync([Write(id, version, new(now, digest, null))], cancellation)) throw InWork();
        Plan plan;
        try
        {
            plan = await make();
        }
        catch
        {
            await store.CommitAsync([new(Kind, id, version + 1, null, [])], CancellationToken.None);
            throw;
        }

        await store.CommitAsync([Write(id, version + 1, new(now, digest, plan.Id))], CancellationToken.None);
        await ForgetOldAsync(now, cancellation);
        return (plan.Id, false);
    }

    private static RailRefusedException InWork() => new(
        "REQUEST_IN_WORK", "The same request is being worked on.", "header Idempotency-Key", "Send it again in a minute; the answer is then the plan that it made.");

    /// <summary>Each new entry takes at least as many old ones away.</summary>
    private async Task ForgetOldAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var oldest = await store.ListAsync(new DocumentQuery(Kind) { Limit = 10 }, cancellation);
        foreach (var document in oldest.Where(document => now - Read(document).At >= Kept))
        {
            await store.CommitAsync([new(Kind, document.Id, document.Version, null, [])], cancellation);
        }
    }

    private static Entry Read(StoredDocument document) => JsonSerializer.Deserialize<Entry>(document.Body) ?? new(DateTimeOffset.MinValue, "", null);

    // The list begins with the greatest: the oldest must be that.
    private static DocumentWrite Write(string id, long version, Entry entry) => new(
        Kind, id, version, JsonSerializer.Serialize(entry), [], (DateTimeOffset.MaxValue.UtcTicks - entry.At.UtcTicks).ToString("D20", CultureInfo.InvariantCulture));

    private static string Hash(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Length}:{part}"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Entry(DateTimeOffset At, string Digest, string? PlanId);
}
