namespace Qmtl.Console.Pages.Access;

/// <summary>What is to be planned for an account.</summary>
/// <param name="Values">Values to begin with, by parameter.</param>
public sealed record AccountWish(string Kind, string Target, IReadOnlyDictionary<string, string>? Values = null);
