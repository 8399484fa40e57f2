using Bunit;
using Microsoft.AspNetCore.Components.Web;
using Qmtl.Console.Components.Filter;

namespace Qmtl.Tests.Bunit.Components;

public sealed class TokenFilterBarTests : ShellContext
{
    private static readonly FilterKey[] Keys = [new("state", "state of the strategy", "queued", "failed"), new("tag", "tag of a node", "spot btc")];

    [Fact]
    public void Shows_tokens_as_chips_and_words_in_the_field()
    {
        var bar = Draw("state:queued tag:\"spot btc\" momentum");
        Assert.Equal(["state:queued", "tag:spot btc"], bar.FindAll(".token").Select(token => token.QuerySelector(".key")!.TextContent + token.QuerySelector(".value")!.TextContent));
        Assert.Equal("momentum", bar.Find("input").GetAttribute("value"));
    }

    [Fact]
    public void Typing_a_token_and_a_space_makes_it_a_chip_and_keeps_the_words()
    {
        FilterQuery? changed = null;
        var bar = Draw("momentum", query => changed = query);
        bar.Find("input").Input("momentum state:failed ");
        Assert.Equal("momentum state:failed", changed?.ToString());
        Assert.Equal("momentum", bar.Find("input").GetAttribute("value"));
    }

    [Fact]
    public void An_open_quote_is_not_a_finished_token()
    {
        FilterQuery? changed = null;
        var bar = Draw("", query => changed = query);
        bar.Find("input").Input("tag:\"spot ");
        Assert.Null(changed);
        bar.Find("input").Input("tag:\"spot btc\" ");
        Assert.Equal("tag:\"spot btc\"", changed?.ToString());
    }

    [Fact]
    public void A_suggestion_is_chosen_by_keyboard()
    {
        FilterQuery? changed = null;
        var bar = Draw("", query => changed = query);
        bar.Find("input").Input("state:f");
        Assert.Equal("state:failed", bar.Find("[role=option] .mono").TextContent);
        bar.Find("input").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        Assert.Equal("true", bar.Find("[role=option]").GetAttribute("aria-selected"));
        bar.Find("input").KeyDown(new KeyboardEventArgs { Key = "Enter" });
        Assert.Equal("state:failed", changed?.ToString());
    }

    [Fact]
    public void Backspace_in_the_empty_field_removes_the_last_token()
    {
        FilterQuery? changed = null;
        var bar = Draw("state:queued tag:x", query => changed = query);
        bar.Find("input").KeyDown(new KeyboardEventArgs { Key = "Backspace" });
        Assert.Equal("state:queued", changed?.ToString());
    }

    [Fact]
    public void Clear_is_there_when_something_is_set_and_counts_stand_beside()
    {
        FilterQuery? changed = null;
        var bar = Draw("state:queued", query => changed = query);
        Assert.Equal("3 of 21 strategies", bar.Find("[role=status]").TextContent);
        bar.Find(".clear").Click();
        Assert.True(changed?.IsEmpty);
        Assert.Empty(Draw("").FindAll(".clear"));
    }

    private IRenderedComponent<TokenFilterBar> Draw(string text, Action<FilterQuery>? changed = null)
    {
        var bar = Render<TokenFilterBar>(parameters => parameters
            .Add(bar => bar.Query, FilterQuery.Parse(text))
            .Add(bar => bar.Keys, Keys)
            .Add(bar => bar.ResultCount, 3)
            .Add(bar => bar.TotalCount, 21)
            .Add(bar => bar.Noun, "strategies"));
        bar.Render(parameters => parameters.Add(component => component.QueryChanged, query =>
        {
            changed?.Invoke(query);
            bar.Render(again => again.Add(component => component.Query, query));
        }));
        return bar;
    }
}
