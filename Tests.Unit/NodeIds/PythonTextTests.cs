using System.Globalization;
using Qmtl.Shared.Text;

namespace Qmtl.Tests.Unit.NodeIds;

public sealed class PythonTextTests
{
    [Fact]
    public void Floats_are_written_as_python_writes_them()
    {
        foreach (var (line, vector) in Fixture.Lines("python/float-repr.jsonl"))
        {
            var bits = long.Parse(Fixture.Text(vector, "bits")!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            Assert.True(Fixture.Text(vector, "repr") == PythonJson.FloatRepr(BitConverter.Int64BitsToDouble(bits)), $"line {line}");
        }
    }

    [Fact]
    public void Json_is_dumped_as_python_dumps_it()
    {
        foreach (var (line, vector) in Fixture.Lines("python/dumps-sorted.jsonl"))
            Assert.True(Fixture.Text(vector, "dumps_sorted") == PythonJson.DumpsSorted(vector.GetProperty("value")), $"line {line}");
    }

    [Theory]
    [InlineData("{\"b\":1,\"a\":[1.0,-0,-0.0,1e999,1E5,0.50]}", "{\"a\": [1.0, 0, -0.0, Infinity, 100000.0, 0.5], \"b\": 1}")]
    [InlineData("{\"\\uffff\":1,\"\\ud83d\\ude00\":2,\"\\ud800\":3}", "{\"\\ud800\": 3, \"\\uffff\": 1, \"\\ud83d\\ude00\": 2}")]
    [InlineData("{\"a\":1,\"a\":2}", "{\"a\": 2}")]
    [InlineData("\"\\u007f\\u0000/\\/é\"", "\"\\u007f\\u0000//\\u00e9\"")]
    public void Odd_json_is_dumped_as_python_dumps_it(string json, string expected) => Assert.Equal(expected, PythonJson.DumpsSorted(Fixture.Json(json)));

    [Theory]
    [InlineData(" 60 ", "60")]
    [InlineData("+7", "7")]
    [InlineData("-0", "0")]
    [InlineData("007", "7")]
    [InlineData("1_000", "1000")]
    [InlineData("６０", "60")]
    [InlineData("\u001c5\u2003", "5")]
    [InlineData("1__0", null)]
    [InlineData("_1", null)]
    [InlineData("1_", null)]
    [InlineData("6.5", null)]
    [InlineData("", null)]
    [InlineData("+", null)]
    [InlineData("- 1", null)]
    public void Text_becomes_a_whole_number_as_in_python(string text, string? expected) => Assert.Equal(expected, PythonNumbers.ParseInt(text));

    [Theory]
    [InlineData("ÀİΣ ΟΔΟΣ ΣΑ", "ài̇ς οδος σα")]
    [InlineData("BTC/É", "btc/é")]
    public void Text_is_lower_cased_as_in_python(string text, string expected) => Assert.Equal(expected, PythonText.Lower(text));
}
