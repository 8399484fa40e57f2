using System.Buffers;
using System.Text;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>Makes the lines that continue a chain. Called under the store's lock, with the end as it is then.</summary>
internal sealed class ChainWriter(AuditKeys keys, TimeProvider time)
{
    /// <param name="records">Fields of each record as a JSON object.</param>
    public ChainLines Continue(ChainEnd end, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        var output = new ArrayBufferWriter<byte>(records.Sum(record => record.Length + 256) + 1024);
        var starts = new List<int>(records.Count + 2);
        Span<byte> previous = stackalloc byte[AuditLine.MacLength];
        end.Mac.CopyTo(previous);
        var number = end.Number;

        if (end.Trouble is { } trouble) Add(About(trouble.Action, $"after {end.Number}", trouble.Detail).Span, previous);
        if (end.KeyId != keys.Current.Id)
        {
            var detail = end.Number == 0 ? "The chain begins with this key." : end.KeyId.Length == 0 ? "From here on this key." : $"From here on this key, until here {end.KeyId}.";
            Add(About(AuditActions.Key, keys.Current.Id, detail).Span, previous);
        }

        foreach (var record in records) Add(record.Span, previous);
        return new(output.WrittenMemory, starts, end.Number + 1, new(number, previous.ToArray(), keys.Current.Id));

        void Add(ReadOnlySpan<byte> fields, Span<byte> mac)
        {
            starts.Add(output.WrittenCount);
            Span<byte> before = stackalloc byte[AuditLine.MacLength];
            mac.CopyTo(before);
            AuditLine.Write(output, ++number, before, keys.Current, fields, mac);
        }
    }

    private ReadOnlyMemory<byte> About(string action, string target, string detail) =>
        AuditRecordJson.Write(AuditRecord.Of(Caller.Console, time.GetUtcNow(), AuditPhase.Event, action, target, "done") with { Detail = detail });
}

/// <summary>Lines to be stored together.</summary>
/// <param name="Bytes">Each with its end.</param>
/// <param name="Starts">Where each begins.</param>
/// <param name="First">Number of the first.</param>
/// <param name="End">The chain's end when they are stored.</param>
internal sealed record ChainLines(ReadOnlyMemory<byte> Bytes, IReadOnlyList<int> Starts, long First, ChainEnd End)
{
    /// <summary>A line without its end.</summary>
    public ReadOnlyMemory<byte> Line(int index) => Bytes[Starts[index]..((index + 1 < Starts.Count ? Starts[index + 1] : Bytes.Length) - 1)];

    public string Text(int index) => Encoding.UTF8.GetString(Line(index).Span);
}
