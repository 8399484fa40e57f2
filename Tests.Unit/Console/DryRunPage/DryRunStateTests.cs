using Qmtl.Console.Components;
using Qmtl.Console.Pages.DryRun;
using Qmtl.Shared.Dags;

namespace Qmtl.Tests.Unit.Console.DryRunPage;

public sealed class DryRunStateTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?world=crypto_mom_1h&generation=older&tab=graph&q=is%3Anew&sort=-lag")]
    [InlineData("?strategy=abc&tab=http")]
    [InlineData("?from=01m7z2ym6r43pvye83jhgqmysv")]
    public void The_address_holds_the_state(string query)
    {
        var state = DryRunState.FromQuery(QueryValues.Of("/dry-run" + query));
        Assert.Equal("/dry-run" + query, UrlState.Href("/dry-run", state));
        Assert.Equal(state, DryRunState.FromQuery(QueryValues.Of(UrlState.Href("/dry-run", state))));
    }

    [Fact]
    public void What_cannot_be_read_is_left_out()
    {
        var state = DryRunState.FromQuery(QueryValues.Of("/dry-run?generation=blue&tab=99&world=%20&sort="));
        Assert.Equal(new DryRunState(), state);
        Assert.Equal(DagGeneration.Newer, DryRunState.FromQuery(QueryValues.Of("?generation=NEWER")).Generation);
    }

    [Theory]
    [InlineData(0, "", "The server did not answer")]
    [InlineData(502, "<html>bad gateway</html>", "The request was refused")]
    [InlineData(413, """{"title":"The DAG is too large","detail":"d","code":"BODY_TOO_LARGE","where":"request body","advice":"a"}""", "The DAG is too large")]
    public void Problems_are_words_whatever_the_answer_is(int status, string body, string title)
    {
        var problem = EditorProblem.Of(new(EditorRequest.Run, status, 7, System.Text.Encoding.UTF8.GetBytes(body)));
        Assert.Equal(title, problem.Title);
        Assert.False(string.IsNullOrEmpty(problem.Advice));
    }
}
