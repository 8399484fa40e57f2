namespace Qmtl.ControlBus.Publishing;

/// <summary>An event could not be handed to the bus. Whether it arrived all the same is not known when the answer was lost.</summary>
/// <param name="message">Names bus and topic, and says why.</param>
public sealed class ControlBusUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
