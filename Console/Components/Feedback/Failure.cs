namespace Qmtl.Console.Components.Feedback;

/// <summary>A failure as the user sees it.</summary>
/// <param name="What">What failed, for instance "The list of strategies could not be read."</param>
/// <param name="Where">Where and why, for instance "Gateway http://…: connection refused."</param>
/// <param name="Advice">What to do.</param>
public sealed record Failure(string What, string Where, string Advice);
