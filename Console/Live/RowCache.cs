using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using System.Text.Json;

namespace Qmtl.Console.Live;

/// <summary>
/// The newest rows as JSON, for readers who see every world and ask for no payload: for them a row is the same. Bounded: a ring by sequence, where a newer
/// event takes the place of an older one. An event that changed is another object, and so is written anew.
/// </summary>
public sealed class RowCache(IOptions<JsonHubProtocolOptions> json)
{
    private const int Size = 16_384;
    private readonly Kept?[] _ring = new Kept?[Size];

    /// <param name="make">Makes the row when it is not kept.</param>
    public RowJson Of(JournalledEvent journalled, Func<LiveRow> make)
    {
        ArgumentNullException.ThrowIfNull(journalled);
        ArgumentNullException.ThrowIfNull(make);
        ref var place = ref _ring[(int)(journalled.Event.Sequence % Size)];
        if (Volatile.Read(ref place) is { } kept && ReferenceEquals(kept.Of, journalled)) return kept.Json;
        var row = Write(make());
        Volatile.Write(ref place, new(journalled, row));
        return row;
    }

    /// <summary>A row that is nobody else's.</summary>
    public RowJson Write(LiveRow row) => new(JsonSerializer.SerializeToUtf8Bytes(row, json.Value.PayloadSerializerOptions));

    private sealed record Kept(JournalledEvent Of, RowJson Json);
}
