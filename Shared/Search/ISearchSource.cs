namespace Qmtl.Shared.Search;

/// <summary>Something that the search over everything looks through. Register any number; they are asked side by side.</summary>
public interface ISearchSource
{
    /// <summary>Heading over its results: <c>Strategies</c>, <c>Nodes</c>, …</summary>
    string Group { get; }

    /// <summary>Order of the headings; smaller first.</summary>
    int Order { get; }

    /// <summary>At most <paramref name="limit"/> hits, best first. Quick: an answer after a second is not waited for.</summary>
    Task<IReadOnlyList<SearchHit>> SearchAsync(string text, int limit, CancellationToken cancellation);
}

/// <summary>One result.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Detail">What tells it from others of the same name; may be empty.</param>
/// <param name="Href">Address of its page.</param>
/// <param name="Icon">Name of an icon of the console.</param>
public sealed record SearchHit(string Title, string Detail, string Href, string Icon);
