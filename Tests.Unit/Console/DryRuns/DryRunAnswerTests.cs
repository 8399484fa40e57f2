using Qmtl.Console.Api;
using Qmtl.Console.DryRuns;

namespace Qmtl.Tests.Unit.Console.DryRuns;

public sealed class DryRunAnswerTests
{
    [Theory]
    [InlineData("dryrun-sentinel", SentinelOrigin.Diff)]
    [InlineData("5a7faa36-sentinel", SentinelOrigin.Diff)]
    [InlineData("dryrun:2103926945", SentinelOrigin.Fallback)]
    [InlineData("dryrun:7d6760a1", SentinelOrigin.Fallback)]
    [InlineData("", SentinelOrigin.None)]
    [InlineData("something", SentinelOrigin.Unknown)]
    public void Names_where_a_sentinel_came_from(string sentinel, SentinelOrigin origin) => Assert.Equal(origin, DryRunAnswer.OriginOf(sentinel));

    [Fact]
    public void Writes_checksums_both_ways() => Assert.Equal(new ChecksumView(2103926945, "7d6760a1"), ChecksumView.Of(2103926945));

    [Fact]
    public void Limits_name_each_wrong_setting()
    {
        var result = new LimitsOptionsValidator().Validate(null, new LimitsOptions { ConcurrentLargeBodies = 0, DryRunHours = -1, BodyBytes = 2 * 1024 * 1024, DagBytes = 1024 * 1024 });
        Assert.Equal(3, result.Failures!.Count());
        Assert.Contains("Limits:ConcurrentLargeBodies is 0; it must be from 1 to 64.", result.Failures!);
    }
}
