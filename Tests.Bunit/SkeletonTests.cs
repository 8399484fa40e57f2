namespace Qmtl.Tests.Bunit;

public sealed class SkeletonTests
{
    [Fact]
    public void Runs() => Assert.True(true);
}
