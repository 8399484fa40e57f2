using Bunit;
using Qmtl.Console.Components;

namespace Qmtl.Tests.Bunit.Components;

/// <summary>The address follows a key a round trip later. What the page answers then is older than the next key.</summary>
public sealed class DagCanvasTests : BunitContext
{
    private readonly BunitJSModuleInterop _module;
    private readonly BunitJSModuleInterop _drawn;

    public DagCanvasTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        _module = JSInterop.SetupModule("./js/dag/dag-canvas.js");
        _drawn = _module.SetupModule("create", _ => true);
        _drawn.Mode = JSRuntimeMode.Loose;
    }

    private IEnumerable<object?> Told => _drawn.Invocations.Where(call => call.Identifier == "selectId").Select(call => call.Arguments[0]);

    [Fact]
    public async Task An_answer_to_an_older_key_takes_nothing_back()
    {
        var page = Open();
        await SelectAsync(page, "a");
        Follow(page, null);
        await SelectAsync(page, "b");
        Follow(page, "a");
        Follow(page, "b");
        Assert.Empty(Told);
    }

    [Fact]
    public async Task What_the_page_selects_by_itself_reaches_the_canvas()
    {
        var page = Open();
        await SelectAsync(page, "a");
        await SelectAsync(page, "b");
        // Both answers in one.
        Follow(page, "b");
        Follow(page, "c");
        Follow(page, "a");
        Follow(page, null);
        Assert.Equal(["c", "a", null], Told);
    }

    [Fact]
    public async Task A_node_that_is_told_after_the_page_has_it_is_not_waited_for()
    {
        var page = Open();
        Follow(page, "a");
        await SelectAsync(page, "a");
        Follow(page, "b");
        Follow(page, "a");
        Assert.Equal(["a", "b", "a"], Told);
    }

    private IRenderedComponent<DagCanvas> Open() => Render<DagCanvas>(set => set.Add(canvas => canvas.MessageUrl, "/graph").Add(canvas => canvas.SelectedChanged, _ => { }));

    private static Task SelectAsync(IRenderedComponent<DagCanvas> page, string? node) => page.InvokeAsync(() => page.Instance.OnSelect(node));

    private static void Follow(IRenderedComponent<DagCanvas> page, string? node) => page.Render(set => set.Add(canvas => canvas.Selected, node));
}
