using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Audit.Head;
using Qmtl.Operations.Audit.Index;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

/// <summary>The audit's parts on one store, as one console has them.</summary>
internal sealed class AuditParts : IAsyncDisposable
{
    private readonly Func<ValueTask> _close;

    public AuditParts(IAuditStore store, AuditKeys keys, Func<ValueTask>? close = null, AuditOptions? options = null, TimeProvider? time = null, string? head = null)
    {
        Time = time ?? TimeProvider.System;
        Store = store;
        Keys = keys;
        _close = close ?? (() => ValueTask.CompletedTask);
        var set = Microsoft.Extensions.Options.Options.Create(options ?? new AuditOptions());
        Denials = new(set, Time);
        Log = new(store, Denials, new ChainWriter(keys, Time), set, NullLogger<AuditLog>.Instance);
        Index = new(store, set, NullLogger<AuditIndex>.Instance);
        Search = new(store, Index, () => keys, set);
        Head = head is null ? null : new FileHeadTarget(head, () => keys);
        HeadKeeper = new(store, Log, Index, new AuditHeadTargets(Head), set, Time, NullLogger<AuditHeadKeeper>.Instance);
    }

    public TimeProvider Time { get; }

    public IAuditStore Store { get; }

    public AuditKeys Keys { get; }

    public DenialCounter Denials { get; }

    public AuditLog Log { get; }

    public AuditIndex Index { get; }

    public AuditSearch Search { get; }

    public IAuditHeadTarget? Head { get; }

    public AuditHeadKeeper HeadKeeper { get; }

    public static AuditRecord Record(int number, string action = "test.change") => new()
    {
        At = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddSeconds(number),
        Phase = AuditPhase.Intent,
        Action = action,
        Outcome = "intended",
        Actor = $"local:user{number % 7}",
        ActorName = $"User {number % 7}",
        ActorKind = CallerKind.Person,
        Target = $"target-{number % 50}",
        Item = $"item {number}",
        Reason = $"Reason number {number}.",
        OperationId = $"p-{number / 10}",
    };

    public Task AppendAsync(int from, int count) => Log.AppendAsync([.. Enumerable.Range(from, count).Select(number => Record(number))], default);

    public Task<AuditVerification> VerifyAsync() => new AuditVerifier(Store, Keys, Head).VerifyAsync(isWritten: false, null, default);

    public async Task<IReadOnlyList<NumberedRecord>> AllAsync(AuditQuery query)
    {
        var found = new List<NumberedRecord>();
        long? before = query.Before;
        do
        {
            var page = await Search.FindAsync(query with { Before = before }, default);
            found.AddRange(page.Records);
            before = page.Next;
        }
        while (before is not null);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        Index.Dispose();
        HeadKeeper.Dispose();
        await _close();
    }
}

/// <summary>What the audit does, wherever its lines live.</summary>
public abstract class AuditStoreContract
{
    private protected AuditKeys Keys { get; } = new(AuditKey.New());

    /// <summary>A console on the same lines as the ones opened before.</summary>
    private protected abstract Task<AuditParts> OpenAsync(AuditKeys keys, AuditOptions? options = null);

    [Fact]
    public async Task A_record_is_read_as_it_was_written()
    {
        await using var audit = await OpenAsync(Keys);
        var record = new AuditRecord
        {
            At = new DateTimeOffset(2026, 11, 21, 14, 30, 1, 250, TimeSpan.FromHours(2)),
            Phase = AuditPhase.Outcome,
            Action = "sentinel.weight",
            Outcome = "failed",
            Actor = "local:zoë",
            ActorName = "Zoë \"Z\" Ångström\n\u0000\ud83d",
            ActorKind = CallerKind.ApiKey,
            Session = "k-1",
            Address = "10.0.0.1",
            Permission = Permissions.SentinelWeightChange,
            Scope = "world:crypto",
            Target = "momentum v7",
            Item = "a</script>b",
            Parameters = "{\"weight\": 0.5, \"api_key\": \"s3cret\", \"nested\": [{\"Password\": \"s3cret\"}]}",
            Planned = 3,
            Done = 2,
            Reason = "because",
            Detail = new string('x', 5_000),
            OperationId = "p-1",
            CorrelationId = "c-1",
        };
        await audit.Log.AppendAsync([record], default);
        var found = Assert.Single(await audit.AllAsync(new() { Action = "sentinel.weight" }));
        Assert.Equal(2, found.Number);
        Assert.Equal(record.At, found.Record.At);
        Assert.Equal("Zoë \"Z\" Ångström\n\u0000\ufffd", found.Record.ActorName);
        Assert.Equal("{\"weight\":0.5,\"api_key\":\"•••\",\"nested\":[{\"Password\":\"•••\"}]}", found.Record.Parameters);
        Assert.EndsWith("(cut, 5000 characters)", found.Record.Detail, StringComparison.Ordinal);
        Assert.Equal(record with { At = found.Record.At, ActorName = found.Record.ActorName, Parameters = found.Record.Parameters, Detail = found.Record.Detail }, found.Record);
        Assert.Equal(AuditVerdict.OkButTailUnknown, (await audit.VerifyAsync()).Verdict);
    }

    [Fact]
    public async Task An_empty_audit_is_read_and_verified()
    {
        await using var audit = await OpenAsync(Keys);
        var page = await audit.Search.FindAsync(new(), default);
        Assert.Empty(page.Records);
        Assert.Null(page.Next);
        Assert.Equal((AuditVerdict.OkButTailUnknown, 0), ((await audit.VerifyAsync()).Verdict, (await audit.VerifyAsync()).Checked));
    }

    [Fact]
    public async Task Numbers_have_no_gap_and_the_chain_goes_on_after_a_restart()
    {
        await using (var audit = await OpenAsync(Keys)) await audit.AppendAsync(0, 10);
        await using (var audit = await OpenAsync(Keys))
        {
            await audit.AppendAsync(10, 10);
            var all = await audit.AllAsync(new() { Limit = 7 });
            Assert.Equal(Enumerable.Range(1, 21).Reverse().Select(number => (long)number), all.Select(record => record.Number));
            Assert.Equal((AuditActions.Key, Keys.Current.Id), (all[^1].Record.Action, all[^1].Record.Target));
            var verification = await audit.VerifyAsync();
            Assert.Equal((AuditVerdict.OkButTailUnknown, 21), (verification.Verdict, verification.Checked));
            Assert.Empty(verification.Breaks);
            Assert.Contains("cut tail cannot be found", verification.Explanation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_who_append_at_once_keep_their_order_and_the_chain()
    {
        await using var audit = await OpenAsync(Keys);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < 10; round++)
            {
                await audit.Log.AppendAsync([.. Enumerable.Range(0, 3).Select(item => AuditParts.Record(round) with { Actor = $"w{writer}", Item = $"{round}-{item}" })], default);
            }
        })));
        var all = await audit.AllAsync(new());
        Assert.Equal(601, all.Count);
        for (var writer = 0; writer < 20; writer++)
        {
            var its = all.Where(record => record.Record.Actor == $"w{writer}").Reverse().ToArray();
            Assert.Equal(Enumerable.Range(0, 10).SelectMany(round => Enumerable.Range(0, 3).Select(item => $"{round}-{item}")), its.Select(record => record.Record.Item));
            // Those of one append stand together.
            Assert.All(its.Chunk(3), three => Assert.Equal(2, three[2].Number - three[0].Number));
        }

        Assert.Equal((AuditVerdict.OkButTailUnknown, 601), ((await audit.VerifyAsync()).Verdict, (await audit.VerifyAsync()).Checked));
    }

    [Fact]
    public async Task Every_filter_and_each_two_of_them_find_what_a_look_at_all_records_finds()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 2_000);
        await audit.Log.AppendAsync([.. Enumerable.Range(2_000, 600).Select(number => AuditParts.Record(number, "other.change") with { Outcome = "done", CorrelationId = $"c-{number % 11}", Parameters = "{\"Größe\":\"STRAẞE ﬁ\"}" })], default);
        await audit.Index.FilledAsync(default);
        var all = await audit.AllAsync(new() { Limit = 1_000 });
        Assert.Equal(2_601, all.Count);
        var start = AuditParts.Record(0).At;
        AuditQuery[] filters =
        [
            new() { Actor = "local:user3" }, new() { Action = "other.change" }, new() { Target = "target-7" }, new() { Outcome = "done" }, new() { OperationId = "p-42" },
            new() { CorrelationId = "c-5" }, new() { Text = "NUMBER 19" }, new() { Text = "7" }, new() { Text = "r 1" }, new() { Text = "größe" }, new() { Text = "no such text" }, new() { Text = "zq" },
            new() { From = start.AddSeconds(100), Until = start.AddSeconds(2_100) }, new() { Actor = "nobody" }, new() { Actor = "LOCAL:USER3" },
        ];
        foreach (var one in filters)
        {
            foreach (var other in filters)
            {
                var query = new AuditQuery
                {
                    Actor = one.Actor ?? other.Actor, Action = one.Action ?? other.Action, Target = one.Target ?? other.Target, Outcome = one.Outcome ?? other.Outcome, OperationId = one.OperationId ?? other.OperationId,
                    CorrelationId = one.CorrelationId ?? other.CorrelationId, Text = one.Text ?? other.Text, From = one.From ?? other.From, Until = one.Until ?? other.Until, Limit = 300,
                };
                var expected = all.Where(record => IsAskedFor(query, record.Record)).Select(record => record.Number).ToArray();
                Assert.Equal(expected, (await audit.AllAsync(query)).Select(record => record.Number));
                if (query.Text is null) Assert.Equal(expected.Length, (await audit.Search.FindAsync(query, default)).Matches);
            }
        }
    }

    [Fact]
    public async Task Records_older_than_the_index_holds_are_found_too()
    {
        await using var audit = await OpenAsync(Keys, new() { MaxIndexed = 1_024 });
        for (var part = 0; part < 8; part++)
        {
            await audit.AppendAsync(part * 1_000, 1_000);
            await audit.Index.CatchUpAsync(default);
        }

        await audit.Index.FilledAsync(default);
        Assert.True(audit.Index.Oldest > 4_000, $"the index holds from {audit.Index.Oldest} on");
        Assert.Equal(8_000 / 50, (await audit.AllAsync(new() { Target = "target-7", Limit = 50 })).Count);
        Assert.Equal([6, 5, 4, 3, 2, 1], (await audit.AllAsync(new() { Before = 7 })).Select(record => record.Number));
    }

    [Fact]
    public async Task What_another_console_adds_is_found()
    {
        await using var audit = await OpenAsync(Keys);
        await audit.AppendAsync(0, 5);
        Assert.Equal(6, (await audit.AllAsync(new())).Count);
        await audit.AppendAsync(5, 1_500);
        var newest = await audit.Search.FindAsync(new() { Limit = 1 }, default);
        Assert.Equal(1_506, Assert.Single(newest.Records).Number);
        Assert.Equal(1_506, newest.Newest);
    }

    [Fact]
    public async Task A_new_key_begins_with_a_record_that_names_it()
    {
        await using (var audit = await OpenAsync(Keys)) await audit.AppendAsync(0, 3);
        var renewed = new AuditKeys(AuditKey.New(), Keys.Current);
        await using (var audit = await OpenAsync(renewed))
        {
            await audit.AppendAsync(3, 3);
            var named = await audit.AllAsync(new() { Action = AuditActions.Key });
            Assert.Equal([renewed.Current.Id, Keys.Current.Id], named.Select(record => record.Record.Target));
            Assert.Equal(5, named[0].Number);
            Assert.Equal(AuditVerdict.OkButTailUnknown, (await audit.VerifyAsync()).Verdict);
        }

        // Without the earlier key its records cannot be judged, and that is said.
        await using (var audit = await OpenAsync(new AuditKeys(renewed.Current)))
        {
            var verification = await audit.VerifyAsync();
            Assert.Equal(AuditVerdict.KeyUnknown, verification.Verdict);
            Assert.Contains("4 records were written under a key that is not known", verification.Explanation, StringComparison.Ordinal);
            Assert.Contains(Keys.Current.Id, verification.Explanation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_append_larger_than_a_batch_is_one_whole()
    {
        await using var audit = await OpenAsync(Keys, new() { MaxBatch = 10, MaxWaiting = 2 });
        await Task.WhenAll(Enumerable.Range(0, 30).Select(writer => audit.AppendAsync(writer * 100, 100)));
        Assert.Equal(3_001, (await audit.VerifyAsync()).Checked);
    }

    [Fact]
    public async Task Denials_after_twenty_a_minute_of_one_address_are_one_record_that_tells_their_number()
    {
        await using var audit = await OpenAsync(Keys);
        var denied = AuditParts.Record(1, "session.sign-in") with { Phase = AuditPhase.Denied, Outcome = "denied", Address = "10.0.0.9" };
        // All in one minute, or the count of the first one is already written.
        for (var number = 0; number < 250; number++) await audit.Log.AppendAsync([denied], default);
        await audit.Log.AppendAsync([denied with { Address = "10.0.0.10" }, AuditParts.Record(2)], default);
        await audit.Log.StoreAsync(audit.Denials.Due(force: true), default);
        var records = await audit.AllAsync(new() { Outcome = "denied" });
        var counted = records.Where(record => record.Record.Action == AuditActions.Denials).ToArray();
        Assert.Equal(250, counted.Sum(record => record.Record.Planned) + records.Count(record => record.Record.Address == "10.0.0.9" && record.Record.Action != AuditActions.Denials));
        Assert.InRange(records.Count(record => record.Record.Address == "10.0.0.9"), 21, 42);
        Assert.Equal(1, records.Count(record => record.Record.Address == "10.0.0.10"));
        Assert.All(counted, record => Assert.Contains("session.sign-in", record.Record.Detail, StringComparison.Ordinal));
        Assert.Single(await audit.AllAsync(new() { Action = "test.change" }));
    }

    private static bool IsAskedFor(AuditQuery query, AuditRecord record) =>
        (query.Actor is null || query.Actor == record.Actor) && (query.Action is null || query.Action == record.Action) && (query.Target is null || query.Target == record.Target)
        && (query.Outcome is null || query.Outcome == record.Outcome) && (query.OperationId is null || query.OperationId == record.OperationId) && (query.CorrelationId is null || query.CorrelationId == record.CorrelationId)
        && (query.From is null || query.From <= record.At) && (query.Until is null || record.At < query.Until)
        && (query.Text is null || new[] { record.Reason, record.Detail, record.Target, record.Item, record.ActorName, record.Parameters }.Any(text => text?.Contains(query.Text, StringComparison.OrdinalIgnoreCase) == true));
}
