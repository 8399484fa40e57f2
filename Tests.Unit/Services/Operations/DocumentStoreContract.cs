using Qmtl.Operations.Storage;

namespace Qmtl.Tests.Operations;

/// <summary>What every document store does, wherever its documents live.</summary>
public abstract class DocumentStoreContract
{
    private protected abstract Task<IDocumentStore> OpenAsync();

    [Fact]
    public async Task A_document_is_found_as_it_was_written()
    {
        var store = await OpenAsync();
        const string body = "{\"name\":\"Zoë \\u0000 \\\"x\\\"\",\"lines\":\"a\\nb\"}\n";
        Assert.True(await store.CommitAsync([new("plan", "p-1", 0, body, ["state:ready", "author:local:zoë"], "2026")], default));
        var found = await store.FindAsync("plan", "p-1", default);
        Assert.Equal(body, found!.Body);
        Assert.Equal(1, found.Version);
        Assert.Equal(["state:ready", "author:local:zoë"], found.Labels);
        Assert.Equal("2026", found.Order);
        Assert.Null(await store.FindAsync("plan", "P-1", default));
        Assert.Null(await store.FindAsync("job", "p-1", default));
    }

    [Fact]
    public async Task A_write_with_another_version_changes_nothing()
    {
        var store = await OpenAsync();
        Assert.True(await store.CommitAsync([new("plan", "p", 0, "1", ["a"])], default));
        Assert.False(await store.CommitAsync([new("plan", "p", 0, "2", [])], default));
        Assert.False(await store.CommitAsync([new("plan", "p", 2, "2", [])], default));
        Assert.False(await store.CommitAsync([new("plan", "q", 1, "2", [])], default));
        Assert.False(await store.CommitAsync([new("plan", "q", 1, null, [])], default));
        Assert.Equal("1", (await store.FindAsync("plan", "p", default))!.Body);
        Assert.True(await store.CommitAsync([new("plan", "p", 1, "2", ["b"])], default));
        var found = await store.FindAsync("plan", "p", default);
        Assert.Equal((2, "2"), (found!.Version, found.Body));
        Assert.Equal(["b"], found.Labels);
        Assert.Equal(0, await store.CountAsync("plan", "a", default));
    }

    [Fact]
    public async Task A_commit_does_all_writes_or_none()
    {
        var store = await OpenAsync();
        await store.CommitAsync([new("job", "1", 0, "a", [])], default);
        Assert.False(await store.CommitAsync([new("job", "2", 0, "b", []), new("job", "1", 7, "c", [])], default));
        Assert.Null(await store.FindAsync("job", "2", default));
        Assert.True(await store.CommitAsync([new("job", "2", 0, "b", []), new("job", "1", 1, null, [])], default));
        Assert.Null(await store.FindAsync("job", "1", default));
        Assert.Equal(1, await store.CountAsync("job", null, default));
    }

    [Fact]
    public async Task That_there_is_no_document_can_be_asked_for_in_a_commit()
    {
        var store = await OpenAsync();
        Assert.True(await store.CommitAsync([new("lock", "x", 0, null, []), new("a", "a", 0, "1", [])], default));
        await store.CommitAsync([new("lock", "x", 0, "held", [])], default);
        Assert.False(await store.CommitAsync([new("lock", "x", 0, null, []), new("a", "b", 0, "1", [])], default));
        Assert.Null(await store.FindAsync("a", "b", default));
    }

    [Fact]
    public async Task Lists_begin_with_the_greatest_and_go_on_after_a_place()
    {
        var store = await OpenAsync();
        for (var number = 0; number < 25; number++)
        {
            await store.CommitAsync([new("plan", $"p-{number:D2}", 0, "{}", number % 2 == 0 ? ["even", "all"] : ["all"], $"2026-{number / 5:D2}")], default);
        }

        var first = await store.ListAsync(new("plan") { Limit = 7 }, default);
        Assert.Equal(["p-24", "p-23", "p-22", "p-21", "p-20", "p-19", "p-18"], first.Select(document => document.Id));
        var second = await store.ListAsync(new("plan") { Limit = 3, After = (first[^1].Order, first[^1].Id) }, default);
        Assert.Equal(["p-17", "p-16", "p-15"], second.Select(document => document.Id));
        Assert.Equal(["p-08", "p-06", "p-04"], (await store.ListAsync(new("plan") { Labels = ["all", "even"], After = ("2026-01", "p-09"), Limit = 3 }, default)).Select(document => document.Id));
        Assert.Empty(await store.ListAsync(new("plan") { Labels = ["odd"] }, default));
        Assert.Empty(await store.ListAsync(new("plan") { After = ("2026-00", "p-00") }, default));
        Assert.Equal(13, await store.CountAsync("plan", "even", default));
        Assert.Equal(25, await store.CountAsync("plan", null, default));
    }

    [Fact]
    public async Task Changing_order_and_labels_moves_a_document_in_lists()
    {
        var store = await OpenAsync();
        await store.CommitAsync([new("plan", "a", 0, "{}", ["x"], "1"), new("plan", "b", 0, "{}", ["x"], "2")], default);
        await store.CommitAsync([new("plan", "a", 1, "{}", ["y"], "3")], default);
        Assert.Equal(["a", "b"], (await store.ListAsync(new("plan"), default)).Select(document => document.Id));
        Assert.Equal(["b"], (await store.ListAsync(new("plan") { Labels = ["x"] }, default)).Select(document => document.Id));
    }

    [Fact]
    public async Task Of_many_who_write_the_same_version_one_wins()
    {
        var store = await OpenAsync();
        await store.CommitAsync([new("job", "lease", 0, "0", [])], default);
        for (var round = 1; round <= 5; round++)
        {
            var version = round;
            var won = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(() =>
                store.CommitAsync([new("job", "lease", version, $"{writer}", []), new("item", $"{version}-{writer}", 0, "", [])], default))));
            var winner = Array.IndexOf(won, true);
            Assert.Equal(1, won.Count(result => result));
            Assert.Equal($"{winner}", (await store.FindAsync("job", "lease", default))!.Body);
            Assert.Equal(version, await store.CountAsync("item", null, default));
        }
    }

    [Fact]
    public async Task Writers_of_the_same_documents_in_other_orders_do_not_block_each_other()
    {
        var store = await OpenAsync();
        string[] ids = [.. Enumerable.Range(0, 20).Select(number => $"d{number:D2}")];
        await store.CommitAsync([.. ids.Select(id => new DocumentWrite("n", id, 0, "0", []))], default);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var done = 0; done < 10;)
            {
                var order = writer % 2 == 0 ? ids : ids.Reverse();
                var read = await Task.WhenAll(order.Select(id => store.FindAsync("n", id, default)));
                if (await store.CommitAsync([.. read.Select(document => new DocumentWrite("n", document!.Id, document.Version, $"{int.Parse(document.Body) + 1}", []))], default)) done++;
            }
        })));
        foreach (var id in ids) Assert.Equal("40", (await store.FindAsync("n", id, default))!.Body);
    }

    [Fact]
    public async Task Wrong_use_is_refused()
    {
        var store = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.ListAsync(new("plan") { Limit = 0 }, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.ListAsync(new("plan") { Limit = 10_001 }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync([new("a", "a", 0, "1", []), new("a", "a", 1, "2", [])], default));
    }

    [Fact]
    public async Task The_clock_is_in_universal_time()
    {
        var store = await OpenAsync();
        var first = await store.NowAsync(default);
        Assert.Equal(TimeSpan.Zero, first.Offset);
        Assert.True(await store.NowAsync(default) >= first);
    }
}
