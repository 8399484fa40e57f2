using Qmtl.Console.Hubs;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Unit.Live;

public sealed class SourceRowTests
{
    [Theory]
    [InlineData(SourceState.Connecting)]
    [InlineData(SourceState.Reading)]
    [InlineData(SourceState.Attention)]
    [InlineData(SourceState.Broken)]
    public void A_reader_of_some_worlds_hears_of_no_other_from_a_source(SourceState state)
    {
        var status = new SourceStatus("gateway", "http://gw/ws/evt", false, state, "Reads 1 of 2 worlds. secret-world: not read.", "Look at secret-world.", DateTimeOffset.UnixEpoch);
        var narrow = SourceRow.Of(status, seesAllWorlds: false);
        Assert.Equal((state.ToString().ToLowerInvariant(), null), (narrow.State, narrow.Advice));
        Assert.NotEmpty(narrow.Detail);
        Assert.DoesNotContain("secret-world", narrow.ToString(), StringComparison.Ordinal);
        Assert.Equal((status.Detail, status.Advice), (SourceRow.Of(status, seesAllWorlds: true).Detail, SourceRow.Of(status, seesAllWorlds: true).Advice));
    }
}
