using Qmtl.Console.DryRuns;

namespace Qmtl.Tests.Unit.Console.DryRuns;

public sealed class DryRunIdTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void Carries_its_time_to_the_millisecond()
    {
        Assert.True(DryRunId.TryReadTime(DryRunId.New(Noon), out var time));
        Assert.Equal(Noon, time);
    }

    [Fact]
    public void Sorts_by_time()
    {
        var ids = Enumerable.Range(0, 200).Select(minute => DryRunId.New(Noon.AddMinutes(minute))).ToList();
        Assert.Equal(ids, ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Differs_within_a_millisecond()
    {
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => DryRunId.New(Noon)).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("../../../../etc/passwd0000")]
    [InlineData("ABCDEFGHJKMNPQRSTVWXYZ0123")]
    [InlineData("0000000000000000000000000i")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("00000000000000000000000000000")]
    public void Refuses_what_is_no_id(string? text) => Assert.False(DryRunId.TryReadTime(text, out _));
}
