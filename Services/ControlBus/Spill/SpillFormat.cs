using System.Buffers.Binary;
using System.Text;
using Qmtl.Shared.Control;
using Qmtl.Shared.NodeIds;

namespace Qmtl.ControlBus.Spill;

/// <summary>
/// Bytes of a record: length and CRC-32 of what follows (little-endian), then a kind and its members. A record that was cut off or damaged is found by
/// its checksum.
/// </summary>
internal static class SpillFormat
{
    /// <summary>Before each record: length, checksum.</summary>
    public const int HeaderBytes = 8;

    /// <summary>A length beyond this is damage, not a record.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    public static void Write(Stream target, SpillRecord record, MemoryStream scratch)
    {
        scratch.SetLength(0);
        using (var writer = new BinaryWriter(scratch, Encoding.UTF8, leaveOpen: true)) Write(writer, record);
        var body = scratch.GetBuffer().AsSpan(0, (int)scratch.Length);
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc(body));
        target.Write(header);
        target.Write(body);
    }

    /// <exception cref="InvalidDataException">The bytes are no record of this version.</exception>
    public static SpillRecord Read(byte[] body, int length)
    {
        using var reader = new BinaryReader(new MemoryStream(body, 0, length, writable: false), Encoding.UTF8);
        try
        {
            return (Kind)reader.ReadByte() switch
            {
                Kind.Added => new SpillRecord.Added(ReadJournalled(reader)),
                Kind.Changed => new SpillRecord.Changed(reader.ReadInt64(), reader.ReadInt32(), ReadTime(reader), ReadList(reader), ReadEvent(reader)),
                Kind.StartedOver => new SpillRecord.StartedOver(reader.ReadString(), ReadText(reader)),
                Kind.Place => new SpillRecord.Place(reader.ReadString(), ReadText(reader), reader.ReadString(), new(reader.ReadInt64(), reader.ReadInt64(), ReadBrokerTime(reader))),
                var kind => throw new InvalidDataException($"A record of the unknown kind {(byte)kind}."),
            };
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("A record ends before its members.", exception);
        }
    }

    public static uint Crc(ReadOnlySpan<byte> body) => Crc32.Append(0, body);

    private static void Write(BinaryWriter writer, SpillRecord record)
    {
        switch (record)
        {
            case SpillRecord.Added added:
                writer.Write((byte)Kind.Added);
                writer.Write(added.Journalled.Times);
                Write(writer, added.Journalled.LastAt);
                Write(writer, added.Journalled.AlsoVia);
                Write(writer, added.Journalled.WouldDrop);
                Write(writer, added.Journalled.Event);
                break;
            case SpillRecord.Changed changed:
                writer.Write((byte)Kind.Changed);
                writer.Write(changed.Sequence);
                writer.Write(changed.Times);
                Write(writer, changed.LastAt);
                Write(writer, changed.AlsoVia);
                Write(writer, changed.Delivery);
                break;
            case SpillRecord.StartedOver over:
                writer.Write((byte)Kind.StartedOver);
                writer.Write(over.Source);
                Write(writer, over.Topic);
                break;
            case SpillRecord.Place place:
                writer.Write((byte)Kind.Place);
                writer.Write(place.Source);
                Write(writer, place.Topic);
                writer.Write(place.Lane);
                writer.Write(place.At.Major);
                writer.Write(place.At.Minor);
                Write(writer, place.At.BrokerTime);
                break;
        }
    }

    private static void Write(BinaryWriter writer, ControlEvent each)
    {
        writer.Write(each.Sequence);
        writer.Write(each.Type);
        Write(writer, each.DeliveredType);
        writer.Write(each.Key);
        Write(writer, each.WorldId);
        Write(writer, each.StrategyId);
        Write(writer, each.Tags);
        Write(writer, each.EventTime);
        writer.Write((byte)each.EventTimeSource);
        Write(writer, each.ReceivedAt);
        writer.Write(each.Source);
        Write(writer, each.Topic);
        Write(writer, each.Position);
        Write(writer, each.EnvelopeId);
        Write(writer, each.CorrelationId);
        Write(writer, each.GatewaySequence);
        Write(writer, each.Etag);
        Write(writer, each.RunId);
        Write(writer, each.RunSequence);
        Write(writer, each.Remarks);
        writer.Write(each.Data.Length);
        writer.Write(each.Data.Span);
        Write(writer, each.BrokerTime);
    }

    private static JournalledEvent ReadJournalled(BinaryReader reader)
    {
        var times = reader.ReadInt32();
        var lastAt = ReadTime(reader);
        var alsoVia = ReadList(reader);
        var wouldDrop = ReadText(reader);
        return new(ReadEvent(reader), times, lastAt, alsoVia, wouldDrop);
    }

    private static ControlEvent ReadEvent(BinaryReader reader) => new()
    {
        // In the order in which they were written.
        Sequence = reader.ReadInt64(),
        Type = reader.ReadString(),
        DeliveredType = ReadText(reader),
        Key = reader.ReadString(),
        WorldId = ReadText(reader),
        StrategyId = ReadText(reader),
        Tags = ReadList(reader),
        EventTime = ReadOptionalTime(reader),
        EventTimeSource = (EventTimeSource)reader.ReadByte(),
        ReceivedAt = ReadTime(reader),
        Source = reader.ReadString(),
        Topic = ReadText(reader),
        Position = ReadText(reader),
        EnvelopeId = ReadText(reader),
        CorrelationId = ReadText(reader),
        GatewaySequence = ReadWhole(reader),
        Etag = ReadText(reader),
        RunId = ReadText(reader),
        RunSequence = ReadWhole(reader),
        Remarks = ReadList(reader),
        Data = ReadBytes(reader),
        BrokerTime = ReadBrokerTime(reader),
    };

    private static void Write(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null) writer.Write(text);
    }

    private static void Write(BinaryWriter writer, long? whole)
    {
        writer.Write(whole is not null);
        if (whole is { } value) writer.Write(value);
    }

    private static void Write(BinaryWriter writer, DateTimeOffset time) => writer.Write(time.UtcTicks);

    private static void Write(BinaryWriter writer, DateTimeOffset? time) => Write(writer, time?.UtcTicks);

    private static void Write(BinaryWriter writer, IReadOnlyList<string> list)
    {
        writer.Write(list.Count);
        for (var i = 0; i < list.Count; i++) writer.Write(list[i]);
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static long? ReadWhole(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadInt64() : null;

    private static DateTimeOffset ReadTime(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    private static DateTimeOffset? ReadOptionalTime(BinaryReader reader) => ReadWhole(reader) is { } ticks ? new(ticks, TimeSpan.Zero) : null;

    /// <summary>The last member, which records of before do not have.</summary>
    private static DateTimeOffset? ReadBrokerTime(BinaryReader reader) => reader.BaseStream.Position < reader.BaseStream.Length ? ReadOptionalTime(reader) : null;

    private static string[] ReadList(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count == 0) return [];
        if (count is < 0 or > MaxBytes) throw new InvalidDataException("A list has an impossible length.");
        var list = new string[Math.Min(count, 1_000_000)];
        for (var i = 0; i < list.Length; i++) list[i] = reader.ReadString();
        return list;
    }

    private static byte[] ReadBytes(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        if (length is < 0 or > MaxBytes) throw new InvalidDataException("A payload has an impossible length.");
        var bytes = reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new InvalidDataException("A payload ends early.");
    }

    private enum Kind : byte
    {
        Added = 1,
        Changed = 2,
        StartedOver = 3,
        Place = 4,
    }
}
