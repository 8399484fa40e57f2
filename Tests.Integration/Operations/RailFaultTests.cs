using System.Text.Json;
using Qmtl.Tests.Integration.Support;

namespace Qmtl.Tests.Integration.Operations;

/// <summary>Real processes on one PostgreSQL that are killed, stopped and continued. Whatever happens, no item is done twice.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RailFaultTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-rail-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_plan_that_two_consoles_execute_at_once_is_done_by_one()
    {
        var database = await server.CreateDatabaseAsync();
        await using var one = await RailProcess.StartAsync(database, _folder, each: 0);
        await using var two = await RailProcess.StartAsync(database, _folder, each: 0);
        for (var round = 0; round < 5; round++)
        {
            var before = RailProcess.Lines(_folder).Count;
            var plan = await one.ReadyAsync(10);
            await Task.WhenAll(one.SendAsync($"execute alice {plan}"), two.SendAsync($"execute bob {plan}"));
            var answers = await Task.WhenAll(one.ReadAsync(), two.ReadAsync());
            var refused = Assert.Single(answers, answer => answer.TryGetProperty("refused", out _));
            Assert.StartsWith("ALREADY_EXECUT", refused.GetProperty("refused").GetString(), StringComparison.Ordinal);
            await UntilAsync(async () => State(await two.AskAsync($"show bob {plan}")) == "Executed");
            var lines = RailProcess.Lines(_folder).Skip(before).ToList();
            Assert.Equal(Enumerable.Range(0, 10).Select(number => $"line-{number}"), lines.Select(line => line.Item));
            Assert.Single(lines.Select(line => line.Process).Distinct());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_console_that_is_killed_in_a_bulk_job_leaves_what_another_resumes_without_repeating(bool readable)
    {
        var database = await server.CreateDatabaseAsync();
        var killed = await RailProcess.StartAsync(database, _folder, each: 10, readable, lease: 2);
        await using var other = await RailProcess.StartAsync(database, _folder, each: 0, readable, lease: 2);
        var plan = await killed.ReadyAsync(300);
        await killed.SendAsync($"execute alice {plan}");
        await UntilAsync(() => Task.FromResult(RailProcess.Lines(_folder).Count >= 120));
        await killed.KillAsync();
        var done = RailProcess.Lines(_folder).Count;
        Assert.InRange(done, 120, 299);

        var job = (await other.AskAsync($"show bob {plan}")).GetProperty("job").GetString();
        await UntilAsync(async () => State(await other.AskAsync($"job bob {job}")) == "Interrupted");
        // Nothing goes on by itself.
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Equal(done, RailProcess.Lines(_folder).Count);

        await other.AskAsync($"resume bob {job}");
        await UntilAsync(async () => State(await other.AskAsync($"show bob {plan}")) == "Executed");
        var lines = RailProcess.Lines(_folder);
        Assert.Equal(lines.Count, lines.Select(line => line.Item).Distinct().Count());
        var counts = (await other.AskAsync($"show bob {plan}")).GetProperty("counts");
        var unknown = counts.GetProperty("Unknown").GetInt32();
        Assert.InRange(unknown, 0, readable ? 0 : 1);
        Assert.Equal(300, counts.GetProperty("Done").GetInt32() + counts.GetProperty("Failed").GetInt32() + unknown);

        // The audit tells of each item what is known, and who did it.
        var records = (await other.AskAsync($"audit bob {plan}")).EnumerateArray().Where(record => record.GetProperty("Action").GetString() == "test.append").ToList();
        var ended = records.Where(record => Text(record, "phase") == "Outcome" && Text(record, "Item") is not null).GroupBy(record => Text(record, "Item")!).ToList();
        Assert.Equal(300, ended.Count);
        Assert.Equal(unknown, ended.Count(item => item.Any(record => Text(record, "Outcome") == "unknown")));
        Assert.Equal(300, records.Where(record => Text(record, "phase") == "Intent" && Text(record, "Item") is not null).Select(record => Text(record, "Item")).Distinct().Count());
        await killed.DisposeAsync();
    }

    [Fact]
    public async Task A_console_that_is_killed_between_intent_and_outcome_leaves_an_intent_and_the_item_is_not_repeated()
    {
        var database = await server.CreateDatabaseAsync();
        var killed = await RailProcess.StartAsync(database, _folder, each: 600_000, lease: 2);
        await using var other = await RailProcess.StartAsync(database, _folder, each: 0, lease: 2);
        var plan = await killed.ReadyAsync(1);
        await killed.SendAsync($"execute alice {plan}");
        await UntilAsync(() => Task.FromResult(RailProcess.Lines(_folder).Count == 1));
        await killed.KillAsync();
        await killed.DisposeAsync();
        Assert.Equal(["Intent"], await PhasesAsync(other, plan));

        var job = (await other.AskAsync($"show bob {plan}")).GetProperty("job").GetString();
        await UntilAsync(async () => State(await other.AskAsync($"job bob {job}")) == "Interrupted");
        await other.AskAsync($"resume bob {job}");
        await UntilAsync(async () => State(await other.AskAsync($"show bob {plan}")) == "Executed");
        Assert.Single(RailProcess.Lines(_folder));
        Assert.Equal(["Intent", "Outcome"], await PhasesAsync(other, plan));
        Assert.Equal(1, (await other.AskAsync($"show bob {plan}")).GetProperty("counts").GetProperty("Unknown").GetInt32());
    }

    [Fact]
    public async Task A_console_that_is_stopped_for_sixty_seconds_and_continued_touches_no_further_item()
    {
        // With the lease that a console has: 30 s.
        var database = await server.CreateDatabaseAsync();
        await using var stopped = await RailProcess.StartAsync(database, _folder, each: 100);
        await using var other = await RailProcess.StartAsync(database, _folder, each: 0);
        var plan = await stopped.ReadyAsync(200);
        await stopped.SendAsync($"execute alice {plan}");
        await UntilAsync(() => Task.FromResult(RailProcess.Lines(_folder).Count >= 10));
        stopped.Stop();
        var atStop = RailProcess.Lines(_folder).Count;
        var job = (await other.AskAsync($"show bob {plan}")).GetProperty("job").GetString();
        Assert.Equal("Running", State(await other.AskAsync($"job bob {job}")));
        await Task.Delay(TimeSpan.FromSeconds(60));
        Assert.Equal("Interrupted", State(await other.AskAsync($"job bob {job}")));
        stopped.Continue();
        await Task.Delay(TimeSpan.FromSeconds(3));
        // The item in flight had been touched before the stop, or its line was just being written; not the next.
        Assert.InRange(RailProcess.Lines(_folder).Count, atStop, atStop + 1);
        var touched = RailProcess.Lines(_folder).Count;

        await other.AskAsync($"resume bob {job}");
        await UntilAsync(async () => State(await other.AskAsync($"show bob {plan}")) == "Executed");
        var lines = RailProcess.Lines(_folder);
        Assert.Equal(lines.Count, lines.Select(line => line.Item).Distinct().Count());
        Assert.Equal(touched, lines.Count(line => line.Process == stopped.Id));
        Assert.All(lines.Skip(touched), line => Assert.Equal(other.Id, line.Process));
        Assert.InRange(lines.Count, 199, 200);
    }

    private static async Task<IEnumerable<string?>> PhasesAsync(RailProcess process, string plan) =>
        (await process.AskAsync($"audit bob {plan}")).EnumerateArray()
            .Where(record => Text(record, "Action") == "test.append" && Text(record, "Item") is not null)
            .Select(record => Text(record, "phase"))
            .Reverse();

    private static string? Text(JsonElement record, string name) => record.GetProperty(name).GetString();

    private static string? State(JsonElement answer) => answer.GetProperty("state").GetString();

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !await condition(); await Task.Delay(20)) Assert.True(DateTime.UtcNow < deadline, "It did not come to that.");
    }
}
