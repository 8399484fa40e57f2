using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Qmtl.Tests.E2E.Support;

public static class PageAddress
{
    /// <summary>
    /// Waits until the page's address matches. <c>WaitForURLAsync</c> compares once and then listens: a change between the two, in another thread,
    /// is missed, and where nothing else changes the address it then waits for ever. This asks again and again.
    /// </summary>
    public static Task ReachesAsync(this IPage page, [System.Diagnostics.CodeAnalysis.StringSyntax(System.Diagnostics.CodeAnalysis.StringSyntaxAttribute.Regex)] string pattern) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex(pattern));
}
