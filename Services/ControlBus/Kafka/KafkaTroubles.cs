using Confluent.Kafka;

namespace Qmtl.ControlBus.Kafka;

/// <summary>What the client's errors mean, in words.</summary>
internal static class KafkaTroubles
{
    /// <summary>Whether an error says why, rather than that something is away.</summary>
    public static bool Tells(Error error) => error.Code is
        ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed
        or ErrorCode.UnsupportedSaslMechanism or ErrorCode.ClusterAuthorizationFailed;

    /// <param name="why">The last error that said why; null when none did.</param>
    public static (string Detail, string Advice) Of(Error error, string? why, KafkaSettings settings)
    {
        var reason = (why ?? error.Reason).Trim().TrimEnd('.');
        var advice = reason.Contains("uthentication", StringComparison.Ordinal) || reason.Contains("SASL", StringComparison.Ordinal)
            ? "Check Kafka:SecurityProtocol, Kafka:SaslMechanism, Kafka:SaslUsername and Kafka:SaslPassword."
            : reason.Contains("SSL", StringComparison.OrdinalIgnoreCase) || reason.Contains("certificate", StringComparison.OrdinalIgnoreCase)
                ? "Check Kafka:SecurityProtocol and Kafka:SslCaLocation: the broker's certificate must be from an authority that is trusted here."
                : "Check that the brokers run and that Kafka:Brokers names them. It is tried again every few seconds.";
        return ($"No broker of {settings.Place} answers: {reason}.", advice);
    }
}
