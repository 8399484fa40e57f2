using System.Diagnostics;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Benchmarks;

/// <summary>
/// BLAKE3 on one thread: 1 GiB beside Debian's <c>b3sum --num-threads 1</c> on the same bytes in memory (a tmpfs file), and 300-byte inputs a second.
/// </summary>
internal static class Blake3Benchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var mebibytes = arguments.Length > 0 ? int.Parse(arguments[0]) : 1024;
        var data = new byte[1 << 20];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)(i % 251);

        string ours = "";
        var large = Sample.Of(1, 3, () => ours = HashRepeated(data, mebibytes, portable: false));
        Print("1 thread, wide lanes", mebibytes, large);
        var portable = Sample.Of(1, 2, () => HashRepeated(data, Math.Max(1, mebibytes / 8), portable: true));
        Print("1 thread, plain C#", Math.Max(1, mebibytes / 8), portable);

        var small = new byte[300];
        var hash = new byte[32];
        const int count = 200_000;
        var many = Sample.Of(5, 10, () =>
        {
            for (var i = 0; i < count; i++)
            {
                small[0] = (byte)i;
                Blake3.Hash(small, hash);
            }
        });
        System.Console.WriteLine($"300-byte inputs: {count / many.Median * 1000:N0} a second, best {count / many.Best * 1000:N0} (bound: 1,000,000)");
        return await YardstickAsync(data, mebibytes, ours, large.Best);
    }

    private static async Task<int> YardstickAsync(byte[] data, int mebibytes, string ours, double milliseconds)
    {
        var folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var file = Path.Combine(folder, $"qmtl-blake3-{Environment.ProcessId}");
        try
        {
            await using (var stream = File.Create(file))
            {
                for (var i = 0; i < mebibytes; i++) await stream.WriteAsync(data);
            }

            var best = double.MaxValue;
            var answer = "";
            for (var round = 0; round < 3; round++)
            {
                var watch = Stopwatch.StartNew();
                using var b3sum = Process.Start(new ProcessStartInfo("b3sum", ["--num-threads", "1", "--no-names", file]) { RedirectStandardOutput = true })!;
                answer = (await b3sum.StandardOutput.ReadToEndAsync()).Trim();
                await b3sum.WaitForExitAsync();
                best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
            }

            System.Console.WriteLine($"yardstick b3sum --num-threads 1: {mebibytes / best * 1000:N0} MiB/s; ratio {best / milliseconds:F2} (bound: 0.25); same hash: {answer == ours}");
            return answer == ours ? 0 : 1;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            System.Console.WriteLine("yardstick: b3sum is not installed (Debian package b3sum)");
            return 0;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string HashRepeated(byte[] data, int times, bool portable)
    {
        var hasher = new Blake3Hasher(portable);
        for (var i = 0; i < times; i++) hasher.Append(data);
        var hash = new byte[32];
        hasher.Finish(hash);
        return Convert.ToHexStringLower(hash);
    }

    private static void Print(string what, int mebibytes, Sample sample)
        => System.Console.WriteLine($"{what}: {mebibytes} MiB in {sample.Median:N0} ms = {mebibytes / sample.Median * 1000:N0} MiB/s, best {mebibytes / sample.Best * 1000:N0} MiB/s");
}
