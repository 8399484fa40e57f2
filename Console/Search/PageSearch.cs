using Qmtl.Console.Layout;
using Qmtl.Console.Security;
using Qmtl.Shared.Rail;
using Qmtl.Shared.Search;

namespace Qmtl.Console.Search;

/// <summary>Finds the pages that the caller may open.</summary>
public sealed class PageSearch(ICurrentCaller current, IAuthorizer authorizer) : ISearchSource
{
    public string Group => "Pages";

    public int Order => 0;

    public Task<IReadOnlyList<SearchHit>> SearchAsync(string text, int limit, CancellationToken cancellation)
    {
        var caller = current.Caller;
        return Task.FromResult<IReadOnlyList<SearchHit>>(
        [
            .. ConsolePages.All
                .Where(page => ConsolePages.MayOpen(page, caller, authorizer))
                .Where(page => page.Title.Contains(text, StringComparison.OrdinalIgnoreCase) || page.Summary.Contains(text, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(page => page.Title.StartsWith(text, StringComparison.OrdinalIgnoreCase))
                .Take(limit)
                .Select(page => new SearchHit(page.Title, page.Summary, page.Href, page.Icon)),
        ]);
    }
}
