using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Head;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>Reads the audit for those who may.</summary>
internal sealed class AuditReader(
    AuditSearch search,
    IAuditStore store,
    Func<AuditKeys> keys,
    AuditHeadTargets heads,
    AuditHeadKeeper headKeeper,
    AuditLog audit,
    IAuditSpool spool,
    IAuthorizer authorizer,
    IOptions<AuditOptions> options,
    IOptions<OperationsStorageOptions> storage,
    TimeProvider time) : IAuditReader, IDisposable
{
    /// <summary>Most records of one page.</summary>
    public const int MaxPage = 1_000;

    private const string Target = "audit";
    private readonly SemaphoreSlim _verifying = new(1, 1);

    public AuditStoreFacts Facts => new(store.Name, Guards(), heads.Target?.Place, spool.Count) { Place = store.Place, HeadProblem = headKeeper.Problem, HeadWrittenAt = headKeeper.WrittenAt };

    public async Task<AuditPage> QueryAsync(Caller caller, AuditQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        await authorizer.RequireAsync(caller, Permissions.AuditRead, null, Target, cancellation);
        return await search.FindAsync(query with { Limit = Math.Clamp(query.Limit, 1, MaxPage) }, cancellation);
    }

    public async Task<NumberedRecord?> FindAsync(Caller caller, long number, CancellationToken cancellation)
    {
        await authorizer.RequireAsync(caller, Permissions.AuditRead, null, Target, cancellation);
        return number < 1 ? null : await search.FindOneAsync(number, cancellation);
    }

    public async Task<IAsyncEnumerable<NumberedRecord>> ExportAsync(Caller caller, AuditQuery query, string format, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        await authorizer.RequireAsync(caller, Permissions.AuditRead, null, Target, cancellation);
        await audit.AppendAsync(
            [AuditRecord.Of(caller, time.GetUtcNow(), AuditPhase.Event, AuditActions.Export, Target, "done") with { Permission = Permissions.AuditRead, Parameters = Describe(query, format) }],
            cancellation);
        return AllAsync(query, cancellation);
    }

    public async Task<AuditVerification> VerifyAsync(Caller caller, IProgress<long>? progress, CancellationToken cancellation)
    {
        await authorizer.RequireAsync(caller, Permissions.AuditVerify, null, Target, cancellation);
        // Each reads the whole audit: one after the other.
        await _verifying.WaitAsync(cancellation);
        try
        {
            var verification = await new AuditVerifier(store, keys(), heads.Target).VerifyAsync(isWritten: false, progress, cancellation);
            await RecordAsync(caller, verification, cancellation);
            return verification;
        }
        finally
        {
            _verifying.Release();
        }
    }

    public void Dispose() => _verifying.Dispose();

    private static string Describe(AuditQuery query, string format) => JsonSerializer.Serialize(
        new Dictionary<string, string?>
        {
            ["format"] = format,
            ["from"] = query.From?.ToString("u", CultureInfo.InvariantCulture),
            ["until"] = query.Until?.ToString("u", CultureInfo.InvariantCulture),
            ["actor"] = query.Actor,
            ["action"] = query.Action,
            ["target"] = query.Target,
            ["outcome"] = query.Outcome,
            ["operation"] = query.OperationId,
            ["correlation"] = query.CorrelationId,
            ["text"] = string.Join(' ', query.Words.Append(query.Text).Where(text => !string.IsNullOrEmpty(text))),
        }.Where(pair => !string.IsNullOrEmpty(pair.Value)).ToDictionary());

    private async IAsyncEnumerable<NumberedRecord> AllAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long? before = query.Before;
        do
        {
            var page = await search.FindAsync(query with { Before = before, Limit = MaxPage }, cancellation);
            foreach (var record in page.Records) yield return record;
            before = page.Next;
        }
        while (before is not null);
    }

    /// <summary>Records that somebody looked, what was found, and a break that no record names yet.</summary>
    private async Task RecordAsync(Caller caller, AuditVerification verification, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        var records = new List<AuditRecord>
        {
            AuditRecord.Of(caller, at, AuditPhase.Event, AuditActions.Verify, Target, verification.Verdict is AuditVerdict.Broken or AuditVerdict.TailCut ? "failed" : "done") with
            {
                Permission = Permissions.AuditVerify,
                Done = verification.Checked,
                Detail = verification.Explanation,
            },
        };
        if (verification.FirstBroken is { } number)
        {
            var target = string.Create(CultureInfo.InvariantCulture, $"record {number}");
            var named = await search.FindAsync(new() { Action = AuditActions.Break, Target = target, Limit = 1 }, cancellation);
            if (named.Records.Count == 0) records.Add(AuditRecord.Of(Caller.Console, at, AuditPhase.Event, AuditActions.Break, target, "done") with { Detail = verification.Explanation });
        }

        await audit.AppendAsync(records, cancellation);
    }

    private string Guards()
    {
        var chain = storage.Value.IsPostgres
            ? "The chain shows when anybody who can write to the database, its owner included, changed, removed or inserted records: the key is not kept there. The console's own role can only add records."
            : options.Value is { Key: not { Length: > 0 }, KeyFile: not { Length: > 0 } }
                ? "The chain shows damage: a lost or changed line, a flipped bit, a torn write. It does not guard against who can read the folder, because the key lies there too; Audit:KeyFile can name a file elsewhere."
                : "The chain shows when anybody who can write the files but does not know the key changed, removed or inserted records.";
        return heads.Target is null
            ? $"{chain} A cut tail cannot be found: Audit:HeadTarget is not set."
            : $"{chain} A cut tail is found by the head at {heads.Target.Place}, put there every minute; what was recorded after the last one could be cut unseen.";
    }
}
