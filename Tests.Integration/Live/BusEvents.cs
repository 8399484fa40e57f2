using System.Globalization;
using System.Text;

namespace Qmtl.Tests.Integration.Live;

/// <summary>CloudEvents as QMTL's services put them on the bus.</summary>
internal static class BusEvents
{
    public static byte[] Sentinel(string sentinel, string weight, string? world = null, DateTimeOffset? at = null) => Of(
        "sentinel_weight_updated",
        $$"""{"type":"SentinelWeightUpdated","sentinel_id":"{{sentinel}}","weight":{{weight}},"version":1,{{World(world)}}"ts":"{{Time(at)}}"}""");

    public static byte[] Activation(string world, string strategy, int version, DateTimeOffset? at = null) => Of(
        "activation_updated",
        $$"""
        {"world_id":"{{world}}","strategy_id":"{{strategy}}","side":"long","active":true,"weight":1.0,"effective_mode":"paper","etag":"act:{{version}}","run_id":"run-{{version}}","version":1,"ts":"{{Time(at)}}"}
        """);

    public static byte[] Of(string type, string data) => Encoding.UTF8.GetBytes(
        $$"""{"specversion":"1.0","id":"{{Guid.NewGuid()}}","source":"qmtl.services.worldservice","type":"{{type}}","time":"{{Time(null)}}","datacontenttype":"application/json","data":{{data}}}""");

    private static string World(string? world) => world is null ? "" : $"\"world_id\":\"{world}\",";

    private static string Time(DateTimeOffset? at) => (at ?? DateTimeOffset.UtcNow).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
