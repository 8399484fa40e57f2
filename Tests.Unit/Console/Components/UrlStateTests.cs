using System.Reflection;
using Qmtl.Console.Components;

namespace Qmtl.Tests.Unit.Console.Components;

public sealed class UrlStateTests
{
    private enum Shade
    {
        Light,
        Dark,
    }

    [Fact]
    public void Leaves_out_what_is_empty_and_escapes_the_rest() =>
        Assert.Equal("/strategies?q=tag%3A%22a%20b%22%26&sel=x", UrlState.Href("/strategies", [("q", "tag:\"a b\"&"), ("sort", null), ("sel", "x"), ("view", "")]));

    [Fact]
    public void Reads_what_was_written()
    {
        var values = QueryValues.Of("http://127.0.0.1:5080" + UrlState.Href("/strategies", [("q", "tag:\"a b\"&+%"), ("n", "-7"), ("shade", "dark"), ("on", "1")]) + "#part");
        Assert.Equal("tag:\"a b\"&+%", values.Text("q"));
        Assert.Equal(-7, values.Number("n", 0));
        Assert.Equal(Shade.Dark, values.Choice("shade", Shade.Light));
        Assert.True(values.Flag("on"));
    }

    [Theory]
    [InlineData("?shade=1&n=1.5")]
    [InlineData("?shade=purple&n=99999999999")]
    [InlineData("?shade=&n=")]
    [InlineData("?%ff%fe=%zz")]
    [InlineData("")]
    public void What_cannot_be_read_becomes_the_default(string query)
    {
        var values = QueryValues.Of("http://h/p" + query);
        Assert.Equal(Shade.Light, values.Choice("shade", Shade.Light));
        Assert.Equal(3, values.Number("n", 3));
        Assert.Null(values.Text("q"));
        Assert.False(values.Flag("on"));
    }

    /// <summary>Holds for every page's state, also those that come later.</summary>
    [Fact]
    public void The_default_state_of_every_page_needs_no_query()
    {
        var states = typeof(QueryValues).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IUrlState<>)))
            .ToArray();
        Assert.NotEmpty(states);
        foreach (var state in states)
        {
            GetType().GetMethod(nameof(DefaultNeedsNoQuery), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(state).Invoke(null, null);
        }
    }

    private static void DefaultNeedsNoQuery<TState>()
        where TState : class, IUrlState<TState>
    {
        var state = TState.FromQuery(QueryValues.Of(""));
        Assert.Equal("/p", UrlState.Href("/p", state));
        Assert.Equal(state, TState.FromQuery(QueryValues.Of(UrlState.Href("/p", state))));
    }
}
