using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.ControlBus;

/// <summary>Which kind of operation a rail ticket must be for, so that an operator may send an event.</summary>
public static class ControlOperations
{
    /// <summary>Events that no special operation sends.</summary>
    public const string Publish = "controlbus.publish";

    /// <summary>The operation kind for an event type. The ticket's target and item are both the event's key.</summary>
    public static string KindOf(string eventType) => eventType switch
    {
        "sentinel_weight_updated" => "sentinel.weight",
        "activation_updated" => "world.activation",
        _ => Publish,
    };

    /// <summary>What every publisher asks first.</summary>
    /// <exception cref="RailTicketRefusedException">The ticket does not cover this event.</exception>
    internal static void Require(RailTicket ticket, ControlEvent controlEvent, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        ticket.Require(KindOf(controlEvent.Type), controlEvent.Key, controlEvent.Key, now);
    }
}
