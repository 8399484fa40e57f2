using Qmtl.Shared.Graphs;

namespace Qmtl.Console.Graphs;

/// <summary>Messages by what they show. A message is made anew when a second line or badge changed. Bounded by bytes, least recently used out first.</summary>
internal sealed class MessageCache(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _recent = new();
    private long _bytes;

    public GraphBytes GetOrMake(string key, GraphNodeFacts[] facts, Func<byte[]> make)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var kept) && kept.Value.Facts.AsSpan().SequenceEqual(facts))
            {
                _recent.Remove(kept);
                _recent.AddFirst(kept);
                return kept.Value.Message;
            }
        }

        // Outside the lock: two may make the same message at once, which costs time but no correctness.
        var message = new GraphBytes(make());
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var old)) Drop(old);
            if (message.Json.Length > maxBytes) return message;
            _byKey[key] = _recent.AddFirst(new Entry(key, facts, message));
            _bytes += message.Json.Length;
            while (_bytes > maxBytes && _recent.Last is { } last) Drop(last);
        }

        return message;
    }

    private void Drop(LinkedListNode<Entry> entry)
    {
        _recent.Remove(entry);
        _byKey.Remove(entry.Value.Key);
        _bytes -= entry.Value.Message.Json.Length;
    }

    private sealed record Entry(string Key, GraphNodeFacts[] Facts, GraphBytes Message);
}
