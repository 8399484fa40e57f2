using Qmtl.Console.Api.Rail;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Pages.Audit;

namespace Qmtl.Tests.Unit.Console;

public sealed class AuditPageStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 15, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_address_says_what_the_page_shows()
    {
        var state = new AuditState { Filter = FilterQuery.Parse("outcome:denied from:7d \"two words\""), Selected = 17 };
        Assert.Equal(state, AuditState.FromQuery(QueryValues.Of(UrlState.Href("/audit", state))));
        Assert.Equal(new AuditState(), AuditState.FromQuery(QueryValues.Of("/audit?record=-1&q=")));
    }

    [Fact]
    public void A_filter_becomes_a_query_and_what_means_nothing_is_told()
    {
        var (query, problems) = AuditFilter.Of(FilterQuery.Parse("actor:local:zoë action:plan.approve operation:p-1 from:2h until:2026-11-21T14:30 weight \"two words\" colour:red until:nonsense"), Now);
        Assert.Equal(("local:zoë", "plan.approve", "p-1"), (query.Actor, query.Action, query.OperationId));
        Assert.Equal(Now.AddHours(-2), query.From);
        Assert.Null(query.Until);
        Assert.Equal(["weight", "two words"], query.Words);
        Assert.Equal(3, problems.Count);
    }

    [Theory]
    [InlineData("2026-11-21", "2026-11-21T00:00:00")]
    [InlineData("2026-11-21T14:30", "2026-11-21T14:30:00")]
    [InlineData("30m", "2026-11-21T14:30:00")]
    [InlineData("1.5h", "2026-11-21T13:30:00")]
    [InlineData("2w", "2026-11-07T15:00:00")]
    public void Times_are_dates_moments_or_ages(string text, string expected) => Assert.Equal(DateTime.Parse(expected), AuditFilter.Moment(text, Now)!.Value.UtcDateTime);

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@x", "\"'@x\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("\n=x", "\"'\n=x\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void No_cell_of_an_export_is_taken_for_a_formula(string? value, string cell) => Assert.Equal(cell, AuditExport.Cell(value));
}
