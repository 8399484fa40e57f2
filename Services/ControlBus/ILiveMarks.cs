namespace Qmtl.ControlBus;

/// <summary>Puts the moment of an operator's own change into the journal, so that it stands on the tape among what it caused.</summary>
public interface ILiveMarks
{
    /// <summary>Adds an event of the type <c>console.change</c>. It is of this journal alone: nothing is sent anywhere.</summary>
    void Mark(LiveMark mark);
}

/// <summary>A change that went through the rail.</summary>
/// <param name="What">In words.</param>
/// <param name="PlanId">The plan that did it.</param>
/// <param name="Target">What it changed; the key of the mark.</param>
/// <param name="WorldId">The one world that it is of; null when it is of more or none, and then only readers of every world see it.</param>
public sealed record LiveMark(string What, string PlanId, string Target, string? WorldId);
