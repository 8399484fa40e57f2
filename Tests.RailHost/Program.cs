using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Qmtl.Operations;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;
using Qmtl.Tests.RailHost;

// One process of the rail, for tests that kill, stop and continue it. Commands on standard input, one line each; one line of JSON answers each.
// It ends when standard input does.
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.ClearProviders();
var settings = builder.Configuration;
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<IAuthorizer, AllowAll>();
builder.Services.AddSingleton<IOperation>(new AppendOperation(settings["Lines"]!, TimeSpan.FromMilliseconds(int.Parse(settings["Each"]!, CultureInfo.InvariantCulture)), settings["Readable"] == "true", TimeProvider.System));
builder.Services.AddOperationsStorage(settings, settings["Storage:Path"]!);
builder.Services.AddAudit(settings);
if (settings["Lease"] is { } lease)
{
    var seconds = double.Parse(lease, CultureInfo.InvariantCulture);
    builder.Services.Configure<OperationsOptions>(options => (options.Lease, options.LeaseRenew, options.JobTick) = (TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds / 4), TimeSpan.FromSeconds(seconds / 20)));
}

builder.Services.AddOperations(settings);
using var host = builder.Build();
await host.StartAsync();
var (plans, jobs, audit) = (host.Services.GetRequiredService<IPlans>(), host.Services.GetRequiredService<IJobs>(), host.Services.GetRequiredService<IAuditReader>());
Say(new { started = Environment.ProcessId });
while (await Console.In.ReadLineAsync() is { } line)
{
    try
    {
        Say(await AnswerAsync(line.Split(' ')));
    }
    catch (RailRefusedException refused)
    {
        Say(new { refused = refused.Code, refused.Message });
    }
}

await host.StopAsync();
return 0;

async Task<object> AnswerAsync(string[] words)
{
    var by = Person(words[1]);
    switch (words[0])
    {
        case "plan":
            var plan = await plans.CreateAsync(by, new("test.append", words[2], default, "a test"), default);
            plan = await plans.ConfirmAsync(by, plan.Id, new(plan.Digest, "a test", words[2]), default);
            return new { plan = plan.Id, state = plan.State.ToString(), digest = plan.Digest };
        case "approve":
            return new { state = (await plans.ApproveAsync(by, words[2], words[3], "", default)).State.ToString() };
        case "execute":
            return Tell(await plans.ExecuteAsync(by, words[2], default));
        case "show":
            return Tell((await plans.FindAsync(by, words[2], default))!);
        case "job":
            var job = await jobs.FindAsync(by, words[2], default);
            return new { state = job!.State.ToString(), job.Note, job.Counts, job.InFlight };
        case "resume":
            return new { state = (await jobs.ResumeAsync(by, words[2], default)).State.ToString() };
        case "audit":
            // On a busy machine one page may be over before everything was searched: it says where to go on.
            var found = new List<NumberedRecord>();
            for (long? before = long.MaxValue; before is not null;)
            {
                var page = await audit.QueryAsync(by, new() { OperationId = words[2], Limit = 5_000, Before = before }, default);
                found.AddRange(page.Records);
                before = page.Next;
            }

            return found.Select(record => new { phase = record.Record.Phase.ToString(), record.Record.Action, record.Record.Item, record.Record.Outcome, record.Record.Actor });
        default:
            throw new ArgumentException("No such command.", nameof(words));
    }
}

static object Tell(Plan plan) => new { state = plan.State.ToString(), job = plan.JobId, counts = plan.Counts };

static Caller Person(string name) => new() { UserId = "local:" + name, Name = name, Kind = CallerKind.Person, SessionId = "s-" + name };

static void Say(object answer) => Console.Out.WriteLine(JsonSerializer.Serialize(answer));
