using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Qmtl.ControlBus.Kafka;

/// <summary>Where the client's native library lies: Debian's <c>librdkafka1</c>. Nothing is loaded before Kafka is asked for.</summary>
internal static class KafkaLibrary
{
    public const string Missing = "librdkafka is not installed on this machine, and Kafka cannot be read without it.";
    public const string Advice = "Install Debian's package librdkafka1 (apt-get install librdkafka1) and start the console again.";

    private const string Native = "librdkafka.so.1";

    private static readonly Lazy<bool> Prepared = new(Prepare);

    /// <summary>Whether it is there; from then on the client finds it.</summary>
    public static bool IsInstalled => Prepared.Value;

    private static bool Prepare()
    {
        if (!NativeLibrary.TryLoad(Native, out _)) return false;
        NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, static (name, _, _) =>
            name.Contains("rdkafka", StringComparison.Ordinal) ? NativeLibrary.Load(Native)
            : name.StartsWith("libdl", StringComparison.Ordinal) ? NativeLibrary.Load("libdl.so.2")
            : IntPtr.Zero);
        return true;
    }
}
