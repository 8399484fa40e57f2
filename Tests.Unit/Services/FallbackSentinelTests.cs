using Qmtl.Gateway;

namespace Qmtl.Tests.Unit.Services;

public sealed class FallbackSentinelTests
{
    [Theory]
    [InlineData(2103926945u, "dryrun:2103926945", "dryrun:7d6760a1")]
    [InlineData(0u, "dryrun:0", "dryrun:00000000")]
    [InlineData(uint.MaxValue, "dryrun:4294967295", "dryrun:ffffffff")]
    [InlineData(452220270u, "dryrun:452220270", "dryrun:1af4556e")]
    public void Both_formats_are_written_and_understood(uint checksum, string @decimal, string hex)
    {
        Assert.Equal(@decimal, FallbackSentinel.Format(checksum, FallbackSentinelFormat.Decimal));
        Assert.Equal(hex, FallbackSentinel.Format(checksum, FallbackSentinelFormat.Hex));
        foreach (var text in (string[])[@decimal, hex])
        {
            Assert.True(FallbackSentinel.TryParse(text, out var read));
            Assert.Equal(checksum, read);
            Assert.True(FallbackSentinel.Matches(text, checksum));
            Assert.False(FallbackSentinel.Matches(text, checksum ^ 1));
        }
    }

    [Fact]
    public void Eight_digits_are_read_as_hex_and_matched_as_both()
    {
        Assert.True(FallbackSentinel.TryParse("dryrun:12345678", out var read));
        Assert.Equal(0x12345678u, read);
        Assert.True(FallbackSentinel.Matches("dryrun:12345678", 0x12345678));
        Assert.True(FallbackSentinel.Matches("dryrun:12345678", 12345678));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("dryrun:")]
    [InlineData("dryrun-sentinel")]
    [InlineData("dryrun:7d6760a")]
    [InlineData("dryrun:4294967296")]
    [InlineData("dryrun:-1")]
    [InlineData("dryrun: 1")]
    [InlineData("dryrun:12345678901")]
    [InlineData("DRYRUN:1")]
    public void All_else_is_not_a_fallback_sentinel(string? text) => Assert.False(FallbackSentinel.TryParse(text, out _));
}
