using System.Globalization;
using Bunit;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Table;

namespace Qmtl.Tests.Bunit.Components;

public sealed class DataTableTests : ShellContext
{
    private static readonly TableColumn<Row>[] Columns =
    [
        new() { Key = "name", Title = "Name", Cell = row => builder => builder.AddContent(0, row.Name), SortBy = row => row.Name, Fixed = true },
        new() { Key = "count", Title = "Count", Cell = row => builder => builder.AddContent(0, row.Count), SortBy = row => row.Count, Number = true, DescendingFirst = true },
        new() { Key = "note", Title = "Note", Cell = _ => builder => builder.AddContent(0, "note"), Optional = true },
    ];

    [Fact]
    public void Draws_only_a_window_and_tells_how_long_the_list_is()
    {
        var table = Draw(Rows(10_000));
        Assert.Equal(DataTable<Row>.InitialRows, table.FindAll("tbody tr:not(.spacer)").Count);
        Assert.Equal("10001", table.Find("table").GetAttribute("aria-rowcount"));
        Assert.Contains((10_000 - DataTable<Row>.InitialRows).ToString(CultureInfo.InvariantCulture), table.Find("tr.spacer").GetAttribute("style"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrolling_shows_other_rows_and_more_than_there_is_is_held_at_the_end()
    {
        var table = Draw(Rows(10_000));
        await table.InvokeAsync(() => table.Instance.ShowAsync(5_000, 60));
        Assert.Equal("row 5000", table.Find("tbody tr:not(.spacer) td").TextContent);
        Assert.Equal("5002", table.Find("tbody tr:not(.spacer)").GetAttribute("aria-rowindex"));
        await table.InvokeAsync(() => table.Instance.ShowAsync(int.MaxValue, int.MaxValue));
        Assert.Equal("row 9999", table.FindAll("tbody tr:not(.spacer)")[^1].QuerySelector("td")!.TextContent);
        Assert.True(table.FindAll("tbody tr:not(.spacer)").Count <= 200);
    }

    [Fact]
    public async Task Keys_walk_beyond_the_window_and_Enter_opens()
    {
        Row? opened = null;
        var table = Draw(Rows(1_000), parameters => parameters.Add(component => component.OnOpen, row => opened = row));
        Assert.Equal(0, await table.InvokeAsync(() => table.Instance.MoveAsync(1, absolute: false)));
        Assert.Equal(999, await table.InvokeAsync(() => table.Instance.MoveAsync(-1, absolute: true)));
        Assert.Equal(table.Find("table").GetAttribute("aria-activedescendant"), table.Find("tr.active").Id);
        await table.InvokeAsync(() => table.Instance.ActAsync("open"));
        Assert.Equal("row 999", opened?.Name);
    }

    [Fact]
    public async Task With_an_open_inspector_walking_selects()
    {
        Row? selected = null;
        var table = Draw(Rows(10), parameters => parameters.Add(component => component.SelectedKey, "row 3").Add(component => component.OnSelect, row => selected = row));
        Assert.Equal("true", table.Find("tr.selected").GetAttribute("aria-selected"));
        await table.InvokeAsync(() => table.Instance.MoveAsync(1, absolute: false));
        Assert.Equal("row 4", selected?.Name);
    }

    [Fact]
    public void A_header_sorts_and_says_so()
    {
        string? sort = null;
        var table = Draw(Rows(3), parameters => parameters.Add(component => component.SortChanged, value => sort = value));
        table.FindAll("th button.head")[1].Click();
        Assert.Equal("-count", sort);
        table.Render(parameters => parameters.Add(component => component.Sort, "-count"));
        Assert.Equal("row 2", table.Find("tbody td").TextContent);
        Assert.Equal("descending", table.FindAll("th")[1].GetAttribute("aria-sort"));
    }

    [Fact]
    public void Optional_columns_are_chosen_in_the_menu_and_fixed_ones_stay()
    {
        var table = Draw(Rows(3));
        Assert.Equal(["Name", "Count"], table.FindAll("th .head").Select(head => head.TextContent.Trim()));
        Assert.True(table.FindAll(".options input")[0].HasAttribute("disabled"));
        table.FindAll(".options input")[2].Change(true);
        Assert.Equal(["Name", "Count", "Note"], table.FindAll("th .head").Select(head => head.TextContent.Trim()));
        Assert.Single(JSInterop.Invocations["import"]);
    }

    [Fact]
    public void An_empty_list_says_why()
    {
        var table = Draw([], parameters => parameters.Add(component => component.Empty, "<p class=\"why\">Nothing was submitted yet.</p>"));
        Assert.Equal("Nothing was submitted yet.", table.Find(".why").TextContent);
    }

    [Fact]
    public async Task A_provider_is_asked_for_the_rows_in_sight_only()
    {
        var asked = new List<TableRange>();
        var table = Render<DataTable<Row>>(parameters => parameters
            .Add(component => component.Id, "t").Add(component => component.Label, "Rows").Add(component => component.Columns, Columns).Add(component => component.RowKey, row => row.Name)
            .Add(component => component.Provider, (range, _) =>
            {
                asked.Add(range);
                return ValueTask.FromResult(new TablePart<Row>([.. Rows(range.Start + range.Count).Skip(range.Start)], 1_000_000));
            })
            .Add(component => component.Sort, "-count"));
        await table.InvokeAsync(() => table.Instance.ShowAsync(500_000, 50));
        Assert.Equal([new(0, DataTable<Row>.InitialRows, "-count"), new(500_000, 50, "-count")], asked);
        Assert.Equal("row 500000", table.Find("tbody tr:not(.spacer) td").TextContent);
    }

    private static Row[] Rows(int count) => [.. Enumerable.Range(0, count).Select(index => new Row($"row {index}", index))];

    private IRenderedComponent<DataTable<Row>> Draw(Row[] rows, Action<ComponentParameterCollectionBuilder<DataTable<Row>>>? more = null) =>
        Render<DataTable<Row>>(parameters =>
        {
            parameters.Add(component => component.Id, "t").Add(component => component.Label, "Rows").Add(component => component.Columns, Columns)
                .Add(component => component.RowKey, row => row.Name).Add(component => component.Items, rows);
            more?.Invoke(parameters);
        });

    private sealed record Row(string Name, int Count);
}
