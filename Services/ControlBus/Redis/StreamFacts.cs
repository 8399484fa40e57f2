using StackExchange.Redis;

namespace Qmtl.ControlBus.Redis;

/// <summary>What a server says of a stream (XINFO STREAM).</summary>
/// <param name="Length">Entries that it holds.</param>
/// <param name="Newest">The newest id that it gave, also when that entry is gone.</param>
/// <param name="First">The first entry that it holds; null when it holds none.</param>
/// <param name="Added">Entries that ever came; null before Redis 7.</param>
/// <param name="Deleted">The newest id that was deleted by itself, not by trimming; null before Redis 7.</param>
internal sealed record StreamFacts(long Length, StreamId Newest, StreamId? First, long? Added, StreamId? Deleted)
{
    /// <summary>Entries that came and are not held any more.</summary>
    public long? Removed => Added - Length;

    public static StreamFacts Of(RedisResult answer)
    {
        var items = (RedisResult[])answer;
        var facts = new StreamFacts(0, default, null, null, null);
        for (var i = 0; i + 1 < items.Length; i += 2)
        {
            facts = (string)items[i] switch
            {
                "length" => facts with { Length = (long)items[i + 1] },
                "last-generated-id" => facts with { Newest = StreamId.Parse((string)items[i + 1]) },
                "entries-added" => facts with { Added = (long)items[i + 1] },
                "max-deleted-entry-id" => facts with { Deleted = StreamId.Parse((string)items[i + 1]) },
                "first-entry" => facts with { First = items[i + 1].IsNull ? null : StreamId.Parse((string)((RedisResult[])items[i + 1])[0]) },
                _ => facts,
            };
        }

        return facts;
    }
}
