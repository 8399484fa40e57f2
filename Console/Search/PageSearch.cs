using Qmtl.Console.Layout;
using Qmtl.Shared.Search;

namespace Qmtl.Console.Search;

/// <summary>Finds the console's pages.</summary>
public sealed class PageSearch : ISearchSource
{
    public string Group => "Pages";

    public int Order => 0;

    public Task<IReadOnlyList<SearchHit>> SearchAsync(string text, int limit, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<SearchHit>>(
        [
            .. ConsolePages.All
                .Where(page => page.Title.Contains(text, StringComparison.OrdinalIgnoreCase) || page.Summary.Contains(text, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(page => page.Title.StartsWith(text, StringComparison.OrdinalIgnoreCase))
                .Take(limit)
                .Select(page => new SearchHit(page.Title, page.Summary, page.Href, page.Icon)),
        ]);
}
