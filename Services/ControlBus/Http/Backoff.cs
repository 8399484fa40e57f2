namespace Qmtl.ControlBus.Http;

/// <summary>How long to wait before a connection is tried again. Pure.</summary>
internal static class Backoff
{
    /// <summary>
    /// Twice as long with each attempt, up to the longest; less a part of up to a quarter, so that many sockets that were lost together do not come back together.
    /// </summary>
    /// <param name="attempt">0 for the first.</param>
    /// <param name="chance">0 to 1.</param>
    public static TimeSpan Of(int attempt, TimeSpan first, TimeSpan longest, double chance)
    {
        var whole = attempt >= 30 ? longest : TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Max(0, attempt)));
        if (whole <= TimeSpan.Zero || whole > longest) whole = longest;
        return whole * (1 - 0.25 * Math.Clamp(chance, 0, 1));
    }
}
