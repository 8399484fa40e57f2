namespace Qmtl.Console.Pages.Overview;

/// <summary>One thing that calls for action.</summary>
/// <param name="Key">Stable.</param>
/// <param name="Tone"><c>attention</c>, <c>broken</c> or <c>unknown</c>.</param>
/// <param name="Title">What, with its count.</param>
/// <param name="Detail">Which, and what to do.</param>
/// <param name="Href">Page that shows it, filtered; null when there is no such page.</param>
/// <param name="LinkText">What the link leads to.</param>
public sealed record Attention(string Key, string Tone, string Title, string Detail, string? Href, string LinkText);

/// <summary>A figure of the first row.</summary>
/// <param name="Title">What is counted.</param>
/// <param name="Value">As text; null when unknown.</param>
/// <param name="Reason">What it is made of; for an unknown one why.</param>
/// <param name="Href">Page that shows it, or null.</param>
public sealed record KeyFigure(string Title, string? Value, string Reason, string? Href);

/// <summary>Everything the overview shows, read at one moment.</summary>
/// <param name="Attention">Broken first.</param>
/// <param name="NotKnown">Services that this console lacks: what they would tell is not known, and "nothing needs attention" must not be said.</param>
/// <param name="Figures">Key figures.</param>
/// <param name="Events">Newest first.</param>
/// <param name="EventsMissing">Why there are no events at all; null when there is a feed.</param>
/// <param name="Names">What strategies and sentinels that the events name are called, by id.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="ReadAt">When, UTC.</param>
public sealed record OverviewData(
    IReadOnlyList<Attention> Attention,
    IReadOnlyList<string> NotKnown,
    IReadOnlyList<KeyFigure> Figures,
    IReadOnlyList<Qmtl.Shared.Control.ControlEvent> Events,
    string? EventsMissing,
    IReadOnlyDictionary<string, string> Names,
    string Source,
    DateTimeOffset ReadAt);
