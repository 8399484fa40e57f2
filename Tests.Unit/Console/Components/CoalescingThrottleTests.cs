using Qmtl.Console.Components;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Components;

public sealed class CoalescingThrottleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void First_signal_acts_at_once_and_a_burst_becomes_one_more_call()
    {
        var time = new ManualTime();
        var calls = 0;
        using var throttle = new CoalescingThrottle(time, Interval, () => Count(ref calls));
        throttle.Signal();
        Assert.Equal(1, calls);
        for (var signal = 0; signal < 1_000; signal++) throttle.Signal();
        Assert.Equal(1, calls);
        time.Advance(Interval);
        Assert.Equal(2, calls);
        time.Advance(Interval * 10);
        Assert.Equal(2, calls);
    }

    [Fact]
    public void At_most_ten_calls_a_second()
    {
        var time = new ManualTime();
        var calls = 0;
        using var throttle = new CoalescingThrottle(time, Interval, () => Count(ref calls));
        for (var millisecond = 0; millisecond < 1_000; millisecond++)
        {
            throttle.Signal();
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(calls, 10, 11);
    }

    [Fact]
    public async Task A_signal_during_a_call_is_not_lost()
    {
        var time = new ManualTime();
        var calls = 0;
        var first = new TaskCompletionSource();
        using var throttle = new CoalescingThrottle(time, Interval, () =>
        {
            calls++;
            return calls == 1 ? first.Task : Task.CompletedTask;
        });
        throttle.Signal();
        time.Advance(Interval * 3);
        throttle.Signal();
        Assert.Equal(1, calls);
        first.SetResult();
        await Task.Yield();
        Assert.Equal(2, calls);
    }

    [Fact]
    public void After_disposal_nothing_acts()
    {
        var time = new ManualTime();
        var calls = 0;
        var throttle = new CoalescingThrottle(time, Interval, () => Count(ref calls));
        throttle.Signal();
        throttle.Signal();
        throttle.Dispose();
        time.Advance(Interval * 2);
        throttle.Signal();
        Assert.Equal(1, calls);
    }

    private static Task Count(ref int calls)
    {
        calls++;
        return Task.CompletedTask;
    }
}
