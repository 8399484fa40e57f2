using System.ComponentModel.DataAnnotations;

namespace Qmtl.Operations;

/// <summary>Windows, leases and bounds of the rail.</summary>
public sealed class OperationsOptions
{
    /// <summary>From making a plan to its confirmation.</summary>
    public TimeSpan ConfirmWithin { get; set; } = TimeSpan.FromHours(1);

    /// <summary>From the confirmation to the last approval.</summary>
    public TimeSpan ApproveWithin { get; set; } = TimeSpan.FromHours(24);

    /// <summary>From the confirmation, or the last approval, to the start of the execution.</summary>
    public TimeSpan StartWithin { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long before a window closes the author is told.</summary>
    public TimeSpan WarnBefore { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Who changed somebody's account so shortly before a plan, or later, cannot be approved by that person.</summary>
    public TimeSpan AccountChangeCounts { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a job may run, waits included.</summary>
    public TimeSpan LongestJob { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a call to execute waits for the end before it answers.</summary>
    public TimeSpan ExecuteWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a process owns a job without renewing.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it renews.</summary>
    public TimeSpan LeaseRenew { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How often a running job stores its results and looks for a request to pause or cancel.</summary>
    public TimeSpan JobTick { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the ticket of one batch is good.</summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a shared store is looked at for what other consoles did, and windows and leases for having run out.</summary>
    public TimeSpan WatchEvery { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the end of the process waits for items in flight.</summary>
    public TimeSpan ShutdownWait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Most items of a plan.</summary>
    [Range(1, 1_000_000)]
    public int MaxItems { get; set; } = 100_000;

    /// <summary>Most jobs that run in this process at a time.</summary>
    [Range(1, 1_000)]
    public int MaxRunningJobs { get; set; } = 32;

    /// <summary>Most open plans, and running jobs, that this process watches for changes by others.</summary>
    [Range(1, 10_000)]
    public int MaxWatched { get; set; } = 1_000;

    /// <summary>Longest reason or note, in UTF-16 units.</summary>
    [Range(1, 100_000)]
    public int MaxReason { get; set; } = 2_000;

    /// <summary>Longest target name, in UTF-16 units.</summary>
    [Range(1, 2_000)]
    public int MaxTarget { get; set; } = 400;

    /// <summary>Longest parameters, as JSON text in UTF-16 units.</summary>
    [Range(2, 10_000_000)]
    public int MaxParameters { get; set; } = 64 * 1024;

    /// <summary>Messages that wait for the webhook; the oldest is dropped, and counted.</summary>
    [Range(1, 100_000)]
    public int MaxWaitingMessages { get; set; } = 200;
}
