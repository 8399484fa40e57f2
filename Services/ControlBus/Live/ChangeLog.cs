namespace Qmtl.ControlBus.Live;

/// <summary>Sequences of events that changed after they came, the newest so many. Not thread-safe.</summary>
internal sealed class ChangeLog(int capacity)
{
    private readonly long[] _ring = new long[capacity];

    /// <summary>Number of the newest change; 0 before the first.</summary>
    public long Newest { get; private set; }

    public void Add(long sequence) => _ring[(int)(Newest++ % capacity)] = sequence;

    /// <summary>Sequences that changed after a number, each once, in order; when the log does not go back so far, those that it still has.</summary>
    public List<long> After(long number)
    {
        var from = Math.Max(number, Newest - capacity);
        var seen = new HashSet<long>();
        var result = new List<long>();
        for (var i = from; i < Newest; i++)
        {
            var sequence = _ring[(int)(i % capacity)];
            if (seen.Add(sequence)) result.Add(sequence);
        }

        return result;
    }
}
