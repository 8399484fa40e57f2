using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Rail;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Edge;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Bunit.Components;

namespace Qmtl.Tests.Bunit.Rail;

/// <summary>A component test whose rail answers what the test says.</summary>
public abstract class RailContext : ShellContext
{
    protected static readonly DateTimeOffset Noon = DateTimeOffset.UtcNow;

    protected static readonly OperationKind Pause = new()
    {
        Name = "sandbox.pause",
        Title = "Pause sandbox activity",
        Summary = "Stops what the sandbox does by itself.",
        Permission = Permissions.SandboxActivityChange,
        Danger = OperationDanger.Ordinary,
        Repeat = OperationRepeat.KeyedIdempotent,
        TargetWord = "sandbox",
        Parameters = [new("minutes", "For how long.", Required: true), new("token", "A secret.", Secret: true)],
    };

    protected RailContext()
    {
        Plans.Kinds.Returns([new(Pause, new(false, false, 1, false), "setting Operations:Policies:sandbox.pause")]);
        Plans.ListAsync(default!, default!, default).ReturnsForAnyArgs(new PlanPage([], null));
        Plans.CountAsync(default!, default).ReturnsForAnyArgs(new PlanCounts(0, 0));
        Plans.ChoicesAsync(default!, default!, default).ReturnsForAnyArgs(_ => Choices);
        Jobs.ListAsync(default!, default!, default).ReturnsForAnyArgs(new JobPage([], null));
        Jobs.ItemsAsync(default!, default!, default, default, default, default).ReturnsForAnyArgs([]);
        Accounts.AreKeptHere.Returns(true);
        Accounts.Where.Returns("In this console.");
        Accounts.ListAsync(default!, default).ReturnsForAnyArgs([]);
        Current.Caller.Returns(Alice);
        Current.May(default!, default).ReturnsForAnyArgs(AccessDecision.Yes);
        Services.AddSingleton(Plans);
        Services.AddSingleton(Jobs);
        Services.AddSingleton(Current);
        Services.AddSingleton(Switch);
        Services.AddSingleton(Authorizer);
        Services.AddSingleton(Accounts);
        Services.AddSingleton<OneTimeSecrets>();
        Services.AddSingleton(new SignInOptions { Mode = SignInMode.Open });
        Services.AddSingleton(new PublicAddress(new EdgeOptions { Mode = SignInMode.Open, PublicOrigin = PublicOrigin.Parse("https://console.example") }));
        Services.AddScoped<PlanWatch>();
    }

    protected IPlans Plans { get; } = Substitute.For<IPlans>();

    protected IJobs Jobs { get; } = Substitute.For<IJobs>();

    protected ICurrentCaller Current { get; } = Substitute.For<ICurrentCaller>();

    protected IReadOnlySwitch Switch { get; } = Substitute.For<IReadOnlySwitch>();

    protected IAuthorizer Authorizer { get; } = Substitute.For<IAuthorizer>();

    protected IAccounts Accounts { get; } = Substitute.For<IAccounts>();

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected static PlanChoice Yes { get; } = new(true);

    protected PlanChoices Choices { get; set; } = new(Yes, Yes, Yes, Yes, Yes, Yes, Yes);

    protected static Caller Alice { get; } = new() { UserId = "local:alice", Name = "Alice", Kind = CallerKind.Person, SessionId = "s1" };

    protected static PlanStamp By(string user, string note = "") => new($"local:{user.ToLowerInvariant()}", user, CallerKind.Person, "s", Noon, note);

    protected static Plan NewPlan(PlanState state, string author = "Alice", int items = 1) => new()
    {
        Id = "p-1",
        Version = 3,
        State = state,
        Content = new()
        {
            Kind = Pause.Name,
            Target = "sandbox",
            Parameters = JsonSerializer.SerializeToElement(new { minutes = 5 }),
            Summary = "Sandbox activity: running → paused",
            Items = [.. Enumerable.Range(0, items).Select(index => new PlanItem($"activity-{index}", "running", "paused"))],
            Fingerprint = "f00",
            Warnings = ["Nothing arrives while it is paused."],
            Preconditions = ["The activity is running."],
        },
        ItemCount = items,
        Title = Pause.Title,
        Permission = Pause.Permission,
        Danger = OperationDanger.Ordinary,
        Repeat = OperationRepeat.KeyedIdempotent,
        Policy = new(false, false, 1, false),
        Digest = "d1635",
        Author = By(author),
        Reason = "maintenance",
        ConfirmBefore = Noon.AddHours(24),
        ApproveBefore = state is PlanState.Planned ? null : Noon.AddHours(24),
        ExecuteBefore = state is PlanState.Ready ? Noon.AddMinutes(15) : null,
        Confirmed = state is PlanState.Planned ? null : By(author, "maintenance"),
    };

    protected static Job NewJob(JobState state, int done = 0, int failed = 0, int rest = 0) => new()
    {
        Id = "j-1",
        PlanId = "p-1",
        Kind = Pause.Name,
        Title = Pause.Title,
        Target = "sandbox",
        Repeat = OperationRepeat.AtMostOnce,
        State = state,
        StartedBy = By("Alice"),
        Counts = new(done, failed, 0, 0, rest),
    };

    protected void Store(Plan plan) => Plans.FindAsync(default!, default!, default).ReturnsForAnyArgs(plan);
}
