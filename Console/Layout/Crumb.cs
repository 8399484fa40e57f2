namespace Qmtl.Console.Layout;

/// <summary>A step of the breadcrumb.</summary>
/// <param name="Text">What to show.</param>
/// <param name="Href">Where it leads; null for the page itself.</param>
/// <param name="Id">When it stands for something with an id: shown shortened with a copy button instead of <paramref name="Text"/> when that is empty, else beside it.</param>
public sealed record Crumb(string Text, string? Href = null, string? Id = null);
