using Qmtl.Console.Components;
using Qmtl.Console.Components.Text;

namespace Qmtl.Tests.Unit.Console.Components;

public sealed class TextTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "now")]
    [InlineData(12, "12 s ago")]
    [InlineData(59.9, "59 s ago")]
    [InlineData(60, "1 min ago")]
    [InlineData(3_600, "1 h ago")]
    [InlineData(200_000, "2 d ago")]
    [InlineData(-1, "now")]
    [InlineData(-180, "in 3 min")]
    public void Says_ages_in_words(double seconds, string words) => Assert.Equal(words, Age.Of(Now.AddSeconds(-seconds), Now));

    [Theory]
    [InlineData(12, "12 s ago")]
    [InlineData(0.5, "just now")]
    [InlineData(-4, "just now")]
    [InlineData(-12, "just now (clock 12 s ahead)")]
    public void What_has_happened_lies_never_in_the_future(double seconds, string words) => Assert.Equal(words, Age.OfPast(Now.AddSeconds(-seconds), Now));

    [Theory]
    [InlineData(0.034, "0.03 ms")]
    [InlineData(3.21, "3.2 ms")]
    [InlineData(840.4, "840 ms")]
    [InlineData(2_140, "2.1 s")]
    [InlineData(120_000, "2 min")]
    public void Says_durations_with_one_unit(double milliseconds, string words) => Assert.Equal(words, Age.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData("short", 20, "short")]
    [InlineData("0123456789abcdef", 9, "0123…cdef")]
    [InlineData("blake3:0123456789abcdef", 16, "blake3:0123…cdef")]
    public void Cuts_in_the_middle(string text, int length, string shown)
    {
        Assert.Equal(shown, Middle.Cut(text, length));
        Assert.True(shown.Length <= length);
    }

    [Fact]
    public void Every_icon_draws_and_an_unknown_one_is_refused()
    {
        Assert.All(Icons.Names, name => Assert.StartsWith("<", Icons.Drawing(name), StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => Icons.Drawing("no such icon"));
    }
}
