using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console;
using Qmtl.Console.Configuration;
using Qmtl.Operations;
using Qmtl.Operations.Notifications;
using Qmtl.Operations.Policies;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

public sealed class RailSettingsTests
{
    private static readonly KnownKind[] Kinds =
    [
        new("test.change", OperationDanger.Ordinary), new("test.grave", OperationDanger.Grave), new("test.stop", OperationDanger.Emergency), new("test.note", OperationDanger.Harmless),
    ];

    [Theory]
    [InlineData("test.nothing:Approvals", "1", "is about no kind of operation")]
    [InlineData("test.change:Approval", "1", "is not a member of a policy")]
    [InlineData("test.change:Approvals", "-1", "use a whole number from 0 to 5")]
    [InlineData("test.change:Approvals", "6", "use a whole number from 0 to 5")]
    [InlineData("test.change:Approvals", "one", "use a whole number from 0 to 5")]
    [InlineData("test.change:Bulk", "0", "use a whole number from 1")]
    [InlineData("test.change:TypedTarget", "yes", "use true or false")]
    [InlineData("test.change", "true", "name a member")]
    [InlineData("test.stop:Approvals", "1", "an emergency never waits for anybody")]
    [InlineData("test.stop:TypedTarget", "true", "an emergency never waits")]
    [InlineData("test.stop:Bulk", "10", "an emergency never waits")]
    [InlineData("test.grave:Immediate", "true", "never done by one click")]
    [InlineData("test.note:Approvals", "1", "waits for nobody")]
    [InlineData("test.note:TypedTarget", "true", "is immediate")]
    public void A_wrong_policy_is_refused_with_what_to_do(string setting, string value, string told)
    {
        var error = Assert.Single(PolicySettings.Errors(Configuration(("Operations:Policies:" + setting, value)), Kinds));
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.StartsWith("Operations:Policies:" + setting.Split(':')[0], error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test.change:Approvals", "0")]
    [InlineData("test.grave:Approvals", "5")]
    [InlineData("test.change:immediate", "True")]
    [InlineData("test.stop:Approvals", "0")]
    [InlineData("test.change:Bulk", "1000000")]
    public void A_right_policy_is_taken(string setting, string value) =>
        Assert.Empty(PolicySettings.Errors(Configuration(("Operations:Policies:" + setting, value)), Kinds));

    [Theory]
    [InlineData("http://hooks.example/x", "0123456789abcdef", "use https://")]
    [InlineData("ftp://127.0.0.1/x", "0123456789abcdef", "use https://")]
    [InlineData("hooks.example", "0123456789abcdef", "use https://")]
    [InlineData("https://me:secret@hooks.example/", "0123456789abcdef", "holds a name or password")]
    [InlineData("https://hooks.example/", null, "WebhookKey is not")]
    [InlineData("https://hooks.example/", "short", "shorter than 16")]
    [InlineData(null, "0123456789abcdef", "Set both or neither")]
    public void A_wrong_webhook_is_refused_without_repeating_its_secrets(string? url, string? key, string told)
    {
        var error = Assert.Single(WebhookOptions.Errors(Configuration((WebhookOptions.UrlSetting, url), (WebhookOptions.KeySetting, key))));
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://hooks.example/x?y=z")]
    [InlineData("http://127.0.0.1:9000/")]
    [InlineData("http://[::1]:9000/")]
    [InlineData("http://localhost/")]
    public void A_right_webhook_is_taken(string url) =>
        Assert.Empty(WebhookOptions.Errors(Configuration((WebhookOptions.UrlSetting, url), (WebhookOptions.KeySetting, "0123456789abcdef"))));

    [Fact]
    public void All_errors_of_the_rail_stand_in_the_starts_one_list()
    {
        var refused = Assert.Throws<SettingsRefusedException>(() => ConsoleApplication.Build(
        [
            "--SignIn:Mode=Open", "--Operations:Policies:sandbox.pause:Approvals=many", "--Operations:Policies:nothing.known:Approvals=1", "--Notifications:Webhook=http://hooks.example/", "--Sandbox:Seed=x",
        ]));
        Assert.Contains(refused.Errors, error => error.StartsWith("Operations:Policies:sandbox.pause:Approvals is \"many\"", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, error => error.StartsWith("Operations:Policies:nothing.known", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, error => error.StartsWith("Notifications:Webhook ", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, error => error.StartsWith("Sandbox:Seed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_of_known_kinds_is_what_a_console_offers()
    {
        await using var sandbox = ConsoleApplication.Build(["--SignIn:Mode=Open"]);
        var offered = sandbox.Services.GetRequiredService<OperationCatalogue>().All.Select(operation => operation.Kind).ToList();
        Assert.Equal(KnownOperations.All.OrderBy(kind => kind.Name, StringComparer.Ordinal), offered.Select(KnownKind.Of).OrderBy(kind => kind.Name, StringComparer.Ordinal));
        Assert.All(offered, kind => Assert.Contains(kind.Permission, Permissions.All));

        await using var connected = ConsoleApplication.Build(["--Gateway:Url=http://127.0.0.1:9"]);
        Assert.All(connected.Services.GetRequiredService<OperationCatalogue>().All, operation => Assert.Contains(KnownOperations.All, kind => kind.Name == operation.Kind.Name));
    }

    private static IConfigurationRoot Configuration(params (string Key, string? Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(pair => pair.Key, pair => pair.Value)).Build();
}
