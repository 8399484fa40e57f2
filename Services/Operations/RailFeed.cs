using Microsoft.Extensions.Logging;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;

namespace Qmtl.Operations;

/// <summary>What is new about a plan, for whoever is to be told.</summary>
internal enum PlanNews
{
    /// <summary>Nothing that people are told of.</summary>
    None,
    WaitsForApproval,
    Approved,
    Rejected,
    Executed,
    Refused,

    /// <summary>The window that it stands in closes soon.</summary>
    ClosesSoon,
    Expired,
}

/// <summary>Tells this process what changed; a listener that fails harms nobody.</summary>
internal sealed partial class RailFeed(ILogger<RailFeed> logger)
{
    public event Action<Plan>? PlanChanged;

    public event Action<Job>? JobChanged;

    /// <summary>Raised only on the console that did it.</summary>
    public event Action<Plan, PlanNews>? News;

    public void Tell(Plan plan, PlanNews news)
    {
        Raise(PlanChanged, listener => listener(plan));
        if (news != PlanNews.None) Raise(News, listener => listener(plan, news));
    }

    public void Tell(Job job) => Raise(JobChanged, listener => listener(job));

    private void Raise<T>(T? listeners, Action<T> call)
        where T : Delegate
    {
        if (listeners is null) return;
        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                call(listener);
            }
            catch (Exception problem)
            {
                LogListener(logger, problem);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A listener for plans or jobs failed.")]
    private static partial void LogListener(ILogger logger, Exception problem);
}
