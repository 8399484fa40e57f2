using StackExchange.Redis;

namespace Qmtl.ControlBus.Redis;

/// <summary>What the client's errors mean, in words.</summary>
internal static class RedisTroubles
{
    /// <summary>Whether the server refused one key, and would answer about others.</summary>
    public static bool IsOfOneKey(RedisServerException exception) =>
        exception.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal) || (exception.Message.StartsWith("NOPERM", StringComparison.Ordinal) && exception.Message.Contains("key", StringComparison.Ordinal));

    public static string Reason(Exception exception) => exception switch
    {
        TimeoutException => "no answer in time",
        ObjectDisposedException => "the connection was closed",
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "the password was refused",
        RedisConnectionException => "nobody answers there",
        _ => exception.Message.Trim().TrimEnd('.'),
    };

    public static string Advice(Exception exception) => exception switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "Check the password in Redis:Connection.",
        RedisServerException { Message: var message } when message.StartsWith("NOAUTH", StringComparison.Ordinal) => "Set the password in Redis:Connection.",
        RedisServerException { Message: var message } when message.StartsWith("LOADING", StringComparison.Ordinal) => "It reads its data from disk and will answer soon.",
        RedisServerException { Message: var message } when message.Contains("unknown command", StringComparison.OrdinalIgnoreCase) => "Streams need Redis 5 or later.",
        RedisServerException => "Check what Redis refused; it is tried again every second.",
        _ => "Check that Redis runs and that Redis:Connection names it. It is tried again every second.",
    };
}
