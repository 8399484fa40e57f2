using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmtl.Console.Live;

/// <summary>A row that is JSON already, so that many subscribers cost one serialisation. In the shape of <see cref="LiveRow"/>.</summary>
[JsonConverter(typeof(Writer))]
public readonly record struct RowJson(ReadOnlyMemory<byte> Utf8)
{
    private sealed class Writer : JsonConverter<RowJson>
    {
        public override RowJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Rows are only written.");

        public override void Write(Utf8JsonWriter writer, RowJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
