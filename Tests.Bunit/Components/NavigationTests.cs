using Bunit;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Layout;
using Qmtl.Console.Security.Sessions;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Bunit.Rail;

namespace Qmtl.Tests.Bunit.Components;

public sealed class NavigationTests : RailContext
{
    private readonly HashSet<string> _denied = [];

    public NavigationTests()
    {
        var sessions = Substitute.For<ISessionLiveness>();
        sessions.Stands(default!).ReturnsForAnyArgs(true);
        Services.AddSingleton(sessions);
        Authorizer.ScopesOf(default!, default!).ReturnsForAnyArgs(call => _denied.Contains(call.Arg<string>()) ? new HashSet<string>() : null);
    }

    [Fact]
    public void Shows_the_pages_that_the_caller_may_open_and_follows_a_change()
    {
        _denied.Add(Permissions.AuditRead);
        var navigation = Render<Navigation>();
        Assert.Contains("/", Hrefs(navigation));
        Assert.Contains("/plans", Hrefs(navigation));
        Assert.DoesNotContain("/audit", Hrefs(navigation));

        _denied.Clear();
        _denied.Add(Permissions.PlansRead);
        Current.Changed += Raise.Event<Action>();
        navigation.WaitForAssertion(() => Assert.Contains("/audit", Hrefs(navigation)), TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("/plans", Hrefs(navigation));
    }

    private static string[] Hrefs(IRenderedComponent<Navigation> navigation) => [.. navigation.FindAll("a.entry").Select(link => link.GetAttribute("href")!)];
}
