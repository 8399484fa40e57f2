namespace Qmtl.Console.Components;

/// <summary>A tab.</summary>
/// <param name="Key">Stable key, as in the address.</param>
/// <param name="Title">What it says.</param>
/// <param name="Count">Number beside it, or null.</param>
public sealed record TabItem(string Key, string Title, int? Count = null);
