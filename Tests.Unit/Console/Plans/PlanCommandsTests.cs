using System.Diagnostics;
using System.Text.Json;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Components.Text;
using Qmtl.Console.Pages.Jobs;
using Qmtl.Console.Pages.Plans;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Unit.Console.Plans;

public sealed class PlanCommandsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("it's $HOME `x`", "'it'\\''s $HOME `x`'")]
    [InlineData("", "''")]
    [InlineData("-rf", "'-rf'")]
    [InlineData("a\nb", "'a\nb'")]
    public void Words_are_quoted_for_a_shell(string text, string quoted) => Assert.Equal(quoted, PlanCommands.Quote(text));

    [Fact]
    public async Task A_shell_reads_the_create_command_as_it_is_meant()
    {
        const string Reason = "it's \"late\"; $(rm -rf /) `x` \\ end";
        var plan = NewPlan(Reason, new { minutes = 5, name = "12", list = new[] { "a", "b" }, secret = "***" });
        var command = new PlanCommands(plan, "https://console.example", Kind).CommandLine().First().Text;
        Assert.StartsWith("./qmtl-console ", command, StringComparison.Ordinal);
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"printf '%s\\0' {command["./qmtl-console ".Length..]}"]) { RedirectStandardOutput = true })!;
        var words = (await shell.StandardOutput.ReadToEndAsync()).Split('\0');
        Assert.Equal(
            ["plans", "create", "sandbox.pause", "sand box", "--set", "minutes=5", "--set", "name=\"12\"", "--set", "list=[\"a\",\"b\"]", "--set", "secret=<fill in>", "--reason", Reason, "--url", "https://console.example", ""],
            words);
    }

    [Fact]
    public void Secrets_are_never_written_and_it_says_that_they_are_missing()
    {
        var commands = new PlanCommands(NewPlan("r", new { secret = "***" }), "https://console.example", Kind);
        Assert.True(commands.HasSecrets);
        Assert.All(commands.Http().Concat(commands.CommandLine()), command => Assert.DoesNotContain("***", command.Text, StringComparison.Ordinal));
        Assert.False(new PlanCommands(NewPlan("r", new { }), "https://console.example", Kind).HasSecrets);
    }

    [Fact]
    public void Only_an_emergency_offers_its_confirmation_to_a_key()
    {
        Assert.DoesNotContain(new PlanCommands(NewPlan("r", new { }), "https://c", Kind).Http(), command => command.Text.Contains("/confirm", StringComparison.Ordinal));
        Assert.Contains(new PlanCommands(NewPlan("r", new { }) with { Danger = OperationDanger.Emergency }, "https://c", Kind).Http(), command => command.Text.Contains("/confirm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "closed")]
    [InlineData(-5, "closed")]
    [InlineData(9, "9 s")]
    [InlineData(845, "14 min 05 s")]
    [InlineData(83_520, "23 h 12 min")]
    [InlineData(180_000, "2 d 2 h")]
    public void Says_what_is_left(double seconds, string words) => Assert.Equal(words, Age.Left(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData("/plans?list=mine&q=state%3Aready")]
    [InlineData("/plans?list=waitingforme")]
    [InlineData("/plans?new=sandbox.pause&target=sandbox")]
    [InlineData("/plans?new=plan")]
    [InlineData("/plans")]
    public void The_address_of_the_list_is_read_and_written(string address) => Assert.Equal(address, UrlState.Href("/plans", PlansState.FromQuery(QueryValues.Of(address))));

    [Theory]
    [InlineData("/jobs?q=state%3Apaused&job=j-1&items=failed")]
    [InlineData("/jobs")]
    public void The_address_of_the_jobs_is_read_and_written(string address) => Assert.Equal(address, UrlState.Href("/jobs", JobsState.FromQuery(QueryValues.Of(address))));

    [Fact]
    public void The_filter_of_plans_asks_the_service()
    {
        var (query, problems) = PlansFilter.Of(PlanList.Mine, FilterQuery.Parse("state:waiting-for-approval state:ready kind:a kind:b late night colour:red"));
        Assert.Equal([PlanState.WaitingForApproval, PlanState.Ready], query.States);
        Assert.Equal(("b", "late night"), (query.Kind, query.Text));
        Assert.Equal(2, problems.Count);
    }

    [Fact]
    public void The_filter_of_jobs_sends_states_and_looks_through_the_rest()
    {
        var filter = JobsFilter.Of(FilterQuery.Parse("state:interrupted state:x kind:sandbox.pause alice"));
        Assert.Equal([JobState.Interrupted], filter.States);
        Assert.Single(filter.Problems);
    }

    private static OperationKind Kind { get; } = new()
    {
        Name = "sandbox.pause", Title = "Pause", Summary = "Pauses.", Permission = Permissions.SandboxActivityChange, Danger = OperationDanger.Ordinary,
        Repeat = OperationRepeat.KeyedIdempotent, TargetWord = "sandbox", Parameters = [new("minutes", ""), new("name", ""), new("list", ""), new("secret", "", Secret: true)],
    };

    private static Plan NewPlan(string reason, object parameters) => new()
    {
        Id = "p-1", State = PlanState.Ready, Title = "Pause", Permission = Kind.Permission, Danger = OperationDanger.Ordinary, Repeat = OperationRepeat.KeyedIdempotent,
        Policy = new(false, false, 0, false), Digest = "d", Author = new("u", "U", CallerKind.Person, "s", Now), Reason = reason, ItemCount = 1,
        Content = new() { Kind = "sandbox.pause", Target = "sand box", Parameters = JsonSerializer.SerializeToElement(parameters), Summary = "s", Items = [new("a", null, "b")], Fingerprint = "f" },
    };
}
