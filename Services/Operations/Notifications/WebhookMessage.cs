using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Qmtl.Operations.Plans;

namespace Qmtl.Operations.Notifications;

/// <summary>
/// One message: <c>{"event":"plan.waits-for-approval","plan":"p-…","title":…,"target":…,"summary":…,"state":…,"author":…,"by":…,"note":…,"closes_at":…,"link":…,"at":…}</c>.
/// Its signature is the HMAC-SHA-256, hex, of the time stamp, a full stop and the body.
/// </summary>
internal sealed record WebhookMessage(byte[] Body, string Timestamp)
{
    public const string SignatureHeader = "X-Qmtl-Signature";
    public const string TimestampHeader = "X-Qmtl-Timestamp";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static WebhookMessage Of(Plan plan, PlanNews news, string? publicOrigin, DateTimeOffset now)
    {
        var last = plan.Closed ?? (news == PlanNews.Executed ? plan.Executed : plan.Approvals.Count > 0 ? plan.Approvals[^1] : plan.Confirmed);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                Event = Name(news),
                Plan = plan.Id,
                plan.Content.Kind,
                plan.Title,
                plan.Content.Target,
                plan.Content.Summary,
                Items = plan.ItemCount,
                State = JsonNamingPolicy.KebabCaseLower.ConvertName(plan.State.ToString()),
                Author = plan.Author.Name,
                By = last?.Name,
                Note = last?.Note,
                ClosesAt = PlanRules.Deadline(plan),
                Link = $"{publicOrigin}/plans/{plan.Id}",
                At = now,
            },
            Json);
        return new(body, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
    }

    /// <summary><c>sha256=…</c>.</summary>
    public string Signature(string key)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key));
        hmac.AppendData(Encoding.ASCII.GetBytes(Timestamp + "."));
        hmac.AppendData(Body);
        return "sha256=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    private static string Name(PlanNews news) => news switch
    {
        PlanNews.WaitsForApproval => "plan.waits-for-approval",
        PlanNews.Approved => "plan.approved",
        PlanNews.Rejected => "plan.rejected",
        PlanNews.Executed => "plan.executed",
        PlanNews.Refused => "plan.refused",
        PlanNews.ClosesSoon => "plan.closes-soon",
        _ => "plan.expired",
    };
}
