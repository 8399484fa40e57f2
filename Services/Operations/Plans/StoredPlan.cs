using System.Globalization;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>
/// The head of a plan as stored. <see cref="Content"/> is the text that the digest was taken over, kept as text so that later versions of the
/// program cannot change it by writing it anew; the items lie in documents of their own, which never change.
/// </summary>
internal sealed record StoredPlan(Plan Plan, string Content, DateTimeOffset? Warned = null)
{
    public const string Kind = "plan";
    public const string ItemsKind = "plan-items";

    /// <summary>Items in one document. Part of the digest's form.</summary>
    public const int ItemsInDocument = 1_000;

    public const string OpenLabel = "open";
    public const string WaitingLabel = "waiting";
    public const string ReviewLabel = "review";

    /// <summary>Whether anything may still happen to the plan.</summary>
    public static bool IsOpen(PlanState state) => state is PlanState.Planned or PlanState.WaitingForApproval or PlanState.Ready or PlanState.Executing;

    /// <summary>The content as it is digested: all but the items.</summary>
    public static string ContentText(OperationPlan content) => RailJson.Write(content with { Items = [] });

    public static string ItemsId(string planId, int document) => string.Create(CultureInfo.InvariantCulture, $"{planId}.{document:0000}");

    /// <summary>The items as they are stored and digested.</summary>
    public static IReadOnlyList<string> ItemTexts(IReadOnlyList<PlanItem> items) => [.. items.Chunk(ItemsInDocument).Select(RailJson.Write)];

    public static int ItemDocuments(int items) => (items + ItemsInDocument - 1) / ItemsInDocument;

    public static StoredPlan Read(StoredDocument document)
    {
        var stored = RailJson.Read<StoredPlan>(document.Body);
        return stored with { Plan = stored.Plan with { Version = document.Version, Content = RailJson.Read<OperationPlan>(stored.Content) } };
    }

    /// <summary>The head's next version.</summary>
    public DocumentWrite Write() => new(Kind, Plan.Id, Plan.Version, RailJson.Write(this), Labels(Plan), Order(Plan));

    /// <summary>Lists begin with the newest plan.</summary>
    public static string Order(Plan plan) => plan.Author.At.UtcDateTime.ToString("yyyyMMddHHmmssfffffff", CultureInfo.InvariantCulture);

    public static string StateLabel(PlanState state) => "state:" + state;

    public static string AuthorLabel(string userId) => "author:" + userId;

    public static string KindLabel(string kind) => "kind:" + kind;

    public static string TargetLabel(string target) => "target:" + target;

    private static List<string> Labels(Plan plan)
    {
        var labels = new List<string>
        {
            StateLabel(plan.State), AuthorLabel(plan.Author.UserId), KindLabel(plan.Content.Kind), TargetLabel(plan.Content.Target),
        };
        if (IsOpen(plan.State)) labels.Add(OpenLabel);
        if (plan.State == PlanState.WaitingForApproval) labels.Add(WaitingLabel);
        if (plan.NeedsReview && plan.Reviewed is null) labels.Add(ReviewLabel);
        return labels;
    }
}
