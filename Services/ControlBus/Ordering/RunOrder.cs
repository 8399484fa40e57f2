using System.Globalization;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Ordering;

/// <summary>Order within a two-phase apply: its messages are numbered for each world and run. Not thread-safe.</summary>
internal sealed class RunOrder(int maxRuns)
{
    private readonly Dictionary<(string Source, string? World, string Run), long> _last = [];

    /// <summary>What is odd about the place of an event in its run, in words; null when nothing is.</summary>
    public string? Look(ControlEvent controlEvent)
    {
        if (controlEvent is not { RunId: { } run, RunSequence: { } number }) return null;
        var place = (controlEvent.Source, controlEvent.WorldId, run);
        var known = _last.TryGetValue(place, out var last);
        if (!known && _last.Count >= maxRuns) _last.Clear();
        if (!known || number > last) _last[place] = number;
        if (!known) return null;
        if (number <= last) return string.Create(CultureInfo.InvariantCulture, $"Out of order: number {number} of run {run} came after number {last}.");
        return number == last + 1 ? null : string.Create(CultureInfo.InvariantCulture, $"Gap: of run {run} the numbers {last + 1} to {number - 1} have not come.");
    }
}
