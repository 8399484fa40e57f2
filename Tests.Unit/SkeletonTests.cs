namespace Qmtl.Tests.Unit;

public sealed class SkeletonTests
{
    [Fact]
    public void Runs() => Assert.True(true);
}
