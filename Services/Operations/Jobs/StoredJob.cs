using System.Globalization;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>What somebody asks of the process that holds a job.</summary>
internal enum JobWish
{
    None,
    Pause,
    Cancel,
}

/// <summary>
/// A job as stored. Every write of the owner, of items too, goes together with this document and expects its version, so that a process which has
/// lost the job can write nothing any more.
/// </summary>
internal sealed record StoredJob
{
    public const string Kind = "job";
    public const string LiveLabel = "live";

    public required Job Job { get; init; }

    /// <summary>New with each owner; null when nobody holds the job.</summary>
    public string? Lease { get; init; }

    public JobWish Wish { get; init; }

    public string WishNote { get; init; } = "";

    /// <summary>Who executes, at last.</summary>
    public required Caller Caller { get; init; }

    public string? Scope { get; init; }

    /// <summary>
    /// Fingerprint of the state as the rail left it, while nothing has been done since: when it goes on, the state must be this. Null in the middle
    /// of items, where nobody can tell.
    /// </summary>
    public string? Left { get; init; }

    /// <summary>An outcome lies in the spool.</summary>
    public bool OutcomeUnrecorded { get; init; }

    /// <summary>Whether a process should be holding it.</summary>
    public static bool IsHeld(JobState state) => state is JobState.Running or JobState.Waiting;

    /// <summary>Whether it may still do something.</summary>
    public static bool IsLive(JobState state) => IsHeld(state) || state is JobState.Paused or JobState.Interrupted;

    public static string StateLabel(JobState state) => "state:" + state;

    public static string PlanLabel(string planId) => "plan:" + planId;

    public static StoredJob Read(StoredDocument document)
    {
        var stored = RailJson.Read<StoredJob>(document.Body);
        return stored with { Job = stored.Job with { Version = document.Version } };
    }

    /// <summary>As it stands by the store's clock: a lease that ran out makes it interrupted, whether or not that has been stored.</summary>
    public StoredJob At(DateTimeOffset storeNow) => IsHeld(Job.State) && storeNow >= Job.LeaseUntil
        ? this with
        {
            Lease = null,
            Job = Job with
            {
                State = JobState.Interrupted, Owner = null, LeaseUntil = null, Rate = null,
                Note = $"{Job.Owner} held it and was not heard of since {Job.LeaseUntil:yyyy-MM-dd HH:mm:ss} UTC, when its lease ran out. Somebody resumes it, on any console.",
            },
        }
        : this;

    public DocumentWrite Write()
    {
        List<string> labels = [StateLabel(Job.State), PlanLabel(Job.PlanId)];
        if (IsLive(Job.State)) labels.Add(LiveLabel);
        return new(Kind, Job.Id, Job.Version, RailJson.Write(this), labels, Order());
    }

    private string Order() => Job.StartedBy.At.UtcDateTime.ToString("yyyyMMddHHmmssfffffff", CultureInfo.InvariantCulture);
}
