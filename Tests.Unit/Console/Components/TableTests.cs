using Qmtl.Console.Components.Table;

namespace Qmtl.Tests.Unit.Console.Components;

public sealed class TableTests
{
    private static readonly TableColumn<Row>[] Columns =
    [
        new() { Key = "name", Title = "Name", Cell = _ => _ => { }, SortBy = row => row.Name, Fixed = true },
        new() { Key = "count", Title = "Count", Cell = _ => _ => { }, SortBy = row => row.Count, DescendingFirst = true },
    ];

    [Fact]
    public void A_header_goes_through_both_directions_and_back()
    {
        Assert.Equal("name", TableSort.Next(null, "name", descendingFirst: false));
        Assert.Equal("-name", TableSort.Next("name", "name", descendingFirst: false));
        Assert.Null(TableSort.Next("-name", "name", descendingFirst: false));
        Assert.Equal("-count", TableSort.Next("name", "count", descendingFirst: true));
    }

    [Fact]
    public void Unknown_values_come_last_in_both_directions()
    {
        Row[] rows = [new("b", null), new("A", 2), new("c", 10)];
        Assert.Equal(["A", "c", "b"], TableSort.Apply(rows, "count", Columns).Select(row => row.Name));
        Assert.Equal(["c", "A", "b"], TableSort.Apply(rows, "-count", Columns).Select(row => row.Name));
        Assert.Equal(["A", "b", "c"], TableSort.Apply(rows, "name", Columns).Select(row => row.Name));
        Assert.Same(rows, TableSort.Apply(rows, "no-such-column", Columns));
    }

    [Fact]
    public void What_the_browser_remembers_is_held_within_bounds()
    {
        var choices = new TableChoices { Widths = new() { ["name"] = 1, ["count"] = 99_999, ["gone"] = 100 }, Shown = new() { ["name"] = false, ["count"] = false, ["gone"] = true } };
        var clean = choices.For(Columns);
        Assert.Equal(new() { ["name"] = TableChoices.MinWidth, ["count"] = TableChoices.MaxWidth }, clean.Widths);
        Assert.Equal(new() { ["count"] = false }, clean.Shown);
    }

    private sealed record Row(string Name, int? Count);
}
