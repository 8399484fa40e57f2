using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qmtl.Console.Components.Rail;

namespace Qmtl.Console.CommandLine.Remote;

/// <summary><c>plans create|list|show|execute|undo</c> on a running console.</summary>
internal static class PlansCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    public static Command Create(CommandStreams streams) => new("plans",
        "Plans changes on a running console (--url, key in QMTL_CONSOLE_KEY). Exit codes: 0 done; 1 refused, or not all items were done; 2 wrong use; 3 a person must confirm or approve first; 5 the console could not be asked.")
    {
        CreateCommand(streams),
        ListCommand(streams),
        ShowCommand(streams),
        ExecuteCommand(streams),
        UndoCommand(streams),
    };

    private static Command CreateCommand(CommandStreams streams)
    {
        var remote = new RemoteCommand(streams);
        var kind = new Argument<string>("KIND") { Description = "Kind of operation, for instance sandbox.pause." };
        var target = new Argument<string>("TARGET") { Description = "What it is about." };
        var set = new Option<string[]>("--set") { Description = "A parameter; may be repeated. A value that is a JSON number, true, false, object, list or quoted string goes as that, everything else as text.", HelpName = "NAME=VALUE" };
        var reason = new Option<string>("--reason") { Description = "Why; goes to those who review it and into the audit.", HelpName = "TEXT", Required = true };
        var once = new Option<string?>("--once") { Description = "A key of your own: sent again with the same key, the same command makes no second plan.", HelpName = "KEY" };
        var command = new Command("create", "Makes a plan and prints it with the link where people confirm and approve. Changes nothing.") { kind, target, set, reason, once };
        remote.Run(command, async (parsed, client, cancellation) =>
        {
            var body = new JsonObject
            {
                ["kind"] = parsed.GetRequiredValue(kind),
                ["target"] = parsed.GetRequiredValue(target),
                ["parameters"] = JsonNode.Parse(RailParameters.Of(Values(parsed.GetValue(set) ?? [])).GetRawText()),
                ["reason"] = parsed.GetRequiredValue(reason),
            };
            (string, string)[] headers = parsed.GetValue(once) is { Length: > 0 } key ? [("Idempotency-Key", key)] : [];
            var plan = await client.PostAsync("api/v1/plans", body.ToJsonString(), cancellation, headers);
            var items = parsed.GetValue(remote.Json) ? default : await ItemsAsync(client, plan, cancellation);
            await remote.WriteAsync(parsed, plan, () => PlanWords.Of(plan, items));
            return CommandLineProgram.Done;
        });
        return command;
    }

    private static Command ListCommand(CommandStreams streams)
    {
        var remote = new RemoteCommand(streams);
        var list = new Option<string>("--list") { Description = "recent, mine or waiting_for_me.", HelpName = "WHICH", DefaultValueFactory = _ => "recent" };
        list.AcceptOnlyFromAmong("recent", "mine", "waiting_for_me");
        var state = new Option<string?>("--state") { Description = "States, separated by commas, for instance ready,executing.", HelpName = "STATE" };
        var kind = new Option<string?>("--kind") { Description = "Kind of operation.", HelpName = "KIND" };
        var limit = new Option<int>("--limit") { Description = "At most so many, 1 to 500.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "Lists plans, newest first.") { list, state, kind, limit };
        remote.Run(command, async (parsed, client, cancellation) =>
        {
            var query = new[] { ("list", parsed.GetValue(list)), ("state", parsed.GetValue(state)), ("kind", parsed.GetValue(kind)), ("limit", parsed.GetValue(limit).ToString(System.Globalization.CultureInfo.InvariantCulture)) };
            var path = "api/v1/plans?" + string.Join('&', query.Where(part => part.Item2 is { Length: > 0 }).Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}"));
            var page = await client.GetAsync(path, cancellation);
            var plans = page.GetProperty("plans").EnumerateArray().ToArray();
            if (plans.Length == 0 && !parsed.GetValue(remote.Json)) await streams.Error.WriteLineAsync("No plan.");
            else await remote.WriteAsync(parsed, page, () => plans.Select(PlanWords.Line));
            if (PlanWords.Has(page, "next")) await streams.Error.WriteLineAsync($"There are more than {plans.Length}; see --limit.");
            return CommandLineProgram.Done;
        });
        return command;
    }

    private static Command ShowCommand(CommandStreams streams)
    {
        var remote = new RemoteCommand(streams);
        var id = IdArgument();
        var command = new Command("show", "Shows a plan; with --json with all its items.") { id };
        remote.Run(command, async (parsed, client, cancellation) =>
        {
            var plan = await client.GetAsync(PathOf(parsed.GetRequiredValue(id)), cancellation);
            if (!parsed.GetValue(remote.Json))
            {
                var first = await ItemsAsync(client, plan, cancellation);
                await remote.WriteAsync(parsed, plan, () => PlanWords.Of(plan, first));
                return CommandLineProgram.Done;
            }

            var whole = JsonNode.Parse(plan.GetRawText())!.AsObject();
            var items = new JsonArray();
            for (int? from = 0; from is { } at;)
            {
                var page = await client.GetAsync($"{PathOf(parsed.GetRequiredValue(id))}/items?count=10000&from={at}", cancellation);
                foreach (var item in page.GetProperty("items").EnumerateArray()) items.Add(JsonNode.Parse(item.GetRawText()));
                from = PlanWords.Has(page, "next") ? page.GetProperty("next").GetInt32() : null;
            }

            whole["items"] = items;
            await remote.WriteJsonAsync(JsonSerializer.SerializeToElement(whole));
            return CommandLineProgram.Done;
        });
        return command;
    }

    private static Command ExecuteCommand(CommandStreams streams)
    {
        var remote = new RemoteCommand(streams);
        var id = IdArgument();
        var noWait = new Option<bool>("--no-wait") { Description = "Ends once it has started; otherwise the command waits until it has ended." };
        var command = new Command("execute", "Executes a plan that is ready. Exit code 0: every item is done; 1: refused, or not every item; 3: a person must confirm or approve it first. Sent twice it executes once.") { id, noWait };
        remote.Run(command, async (parsed, client, cancellation) =>
        {
            var path = PathOf(parsed.GetRequiredValue(id));
            var plan = await client.GetAsync(path, cancellation);
            if (PlanWords.Text(plan, "state") is "planned" or "waiting_for_approval")
            {
                await remote.WriteAsync(parsed, plan, () => PlanWords.Of(plan));
                await streams.Error.WriteLineAsync(TerminalText.Printable($"Not executed: {PlanWords.Next(plan)}: {PlanWords.Text(plan, "link")}"));
                return CommandLineProgram.WaitsForPerson;
            }

            plan = await client.PostAsync(path + "/execute", "{}", cancellation);
            while (PlanWords.Text(plan, "state") == "executing" && !parsed.GetValue(noWait))
            {
                if (await StandsStillAsync(client, plan, cancellation) is { } still)
                {
                    await remote.WriteAsync(parsed, plan, () => PlanWords.Of(plan));
                    await streams.Error.WriteLineAsync(TerminalText.Printable($"Its job is {still}: a person decides how it goes on, on the page {client.Root}jobs?job={PlanWords.Text(plan, "job_id")}"));
                    return CommandLineProgram.WaitsForPerson;
                }

                await Task.Delay(PollInterval, streams.Time, cancellation);
                plan = await client.GetAsync(path, cancellation);
            }

            await remote.WriteAsync(parsed, plan, () => PlanWords.Of(plan));
            return IsDone(plan) ? CommandLineProgram.Done : CommandLineProgram.ErrorsFound;
        });
        return command;
    }

    private static Command UndoCommand(CommandStreams streams)
    {
        var remote = new RemoteCommand(streams);
        var id = IdArgument();
        var reason = new Option<string>("--reason") { Description = "Why it is taken back.", HelpName = "TEXT", Required = true };
        var command = new Command("undo", "Makes the plan that takes an executed one back, and prints it. Changes nothing.") { id, reason };
        remote.Run(command, async (parsed, client, cancellation) =>
        {
            var plan = await client.PostAsync(PathOf(parsed.GetRequiredValue(id)) + "/undo", new JsonObject { ["reason"] = parsed.GetRequiredValue(reason) }.ToJsonString(), cancellation);
            var items = parsed.GetValue(remote.Json) ? default : await ItemsAsync(client, plan, cancellation);
            await remote.WriteAsync(parsed, plan, () => PlanWords.Of(plan, items));
            return CommandLineProgram.Done;
        });
        return command;
    }

    private static Argument<string> IdArgument() => new("ID") { Description = "Id of a plan, p-…" };

    private static string PathOf(string id) => "api/v1/plans/" + Uri.EscapeDataString(id);

    private static Task<JsonElement> ItemsAsync(ConsoleClient client, JsonElement plan, CancellationToken cancellation) =>
        client.GetAsync(PathOf(PlanWords.Text(plan, "id")) + "/items?count=20", cancellation);

    /// <summary>How the job stands when it will not go on by itself, else null.</summary>
    private static async Task<string?> StandsStillAsync(ConsoleClient client, JsonElement plan, CancellationToken cancellation)
    {
        if (!PlanWords.Has(plan, "job_id")) return null;
        var job = await client.GetAsync("api/v1/jobs/" + Uri.EscapeDataString(PlanWords.Text(plan, "job_id")), cancellation);
        return PlanWords.Text(job, "state") is "paused" or "interrupted" ? PlanWords.Text(job, "state") : null;
    }

    private static bool IsDone(JsonElement plan) => PlanWords.Text(plan, "state") switch
    {
        "executing" => true,
        "executed" => PlanWords.Has(plan, "counts") && plan.GetProperty("counts") is var counts && counts.EnumerateObject().All(count => count.Name is "done" or "total" or "skipped" || count.Value.GetInt32() == 0),
        _ => false,
    };

    private static IEnumerable<KeyValuePair<string, string>> Values(IEnumerable<string> sets)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in sets)
        {
            var at = set.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) throw new CommandFailedException($"--set {TerminalText.Printable(set)} is not NAME=VALUE.");
            if (!seen.Add(set[..at])) throw new CommandFailedException($"--set names {TerminalText.Printable(set[..at])} twice.");
            yield return KeyValuePair.Create(set[..at], set[(at + 1)..]);
        }
    }
}
