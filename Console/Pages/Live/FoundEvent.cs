using Qmtl.ControlBus;

namespace Qmtl.Console.Pages.Live;

/// <summary>An event of the journal with the one before it of its key.</summary>
/// <param name="Title">What happened in one line.</param>
/// <param name="Previous">Null when the journal holds none.</param>
public sealed record FoundEvent(string Id, string Title, JournalledEvent Event, JournalledEvent? Previous);
