using System.Diagnostics;

namespace Qmtl.Benchmarks;

/// <summary>Times of repeated runs.</summary>
internal sealed class Sample
{
    private readonly double[] _milliseconds;

    private Sample(double[] milliseconds) => _milliseconds = milliseconds;

    /// <summary>The fastest run: what the code takes when nothing else runs on the machine.</summary>
    public double Best => _milliseconds[0];

    public double Median => At(0.5);

    public double P95 => At(0.95);

    /// <summary>Runs <paramref name="action"/> to warm up, then measures it. Lets the runtime finish its own work between.</summary>
    public static Sample Of(int warm, int rounds, Action action)
    {
        // The runtime compiles hot code again in the background: until then it is not warm.
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < warm || warm > 5 && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(2); i++) action();
        Thread.Sleep(300);
        for (var i = 0; i < Math.Min(warm, 50); i++) action();
        var times = new double[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return new Sample(times);
    }

    private double At(double part) => _milliseconds[Math.Min(_milliseconds.Length - 1, (int)(_milliseconds.Length * part))];
}
