using System.Globalization;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Operations.Audit;

namespace Qmtl.Console.Pages.Audit;

/// <summary>What the filter of the audit asks of the service. Of several tokens of one key the last counts; words mean "holds each of".</summary>
public static class AuditFilter
{
    public static IReadOnlyList<string> Outcomes { get; } = ["intended", "done", "failed", "skipped", "unknown", "denied"];

    private static readonly string[] Known = ["actor", "action", "target", "outcome", "operation", "correlation", "from", "until"];

    /// <summary>The query, and what in the filter means nothing.</summary>
    /// <param name="now">For ages such as <c>from:2h</c>.</param>
    public static (AuditQuery Query, IReadOnlyList<string> Problems) Of(FilterQuery filter, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var problems = new List<string>();
        problems.AddRange(filter.Tokens.Where(token => token.Key is { } key && !Known.Contains(key)).Select(token => $"{token.Key}: is not a key here; there are {string.Join(", ", Known)}."));
        problems.AddRange(Known.Where(key => filter.Values(key).Count > 1).Select(key => $"Of several {key}: tokens only the last counts."));
        var query = new AuditQuery
        {
            Actor = Last("actor"),
            Action = Last("action"),
            Target = Last("target"),
            Outcome = Last("outcome"),
            OperationId = Last("operation"),
            CorrelationId = Last("correlation"),
            From = Time("from"),
            Until = Time("until"),
            Words = [.. filter.Words],
        };
        return (query, problems);

        string? Last(string key) => filter.Values(key) is [.., var last] ? last : null;

        DateTimeOffset? Time(string key)
        {
            if (Last(key) is not { } text) return null;
            if (Moment(text, now) is { } moment) return moment;
            problems.Add($"{key}:{text} is no time; write 2026-11-21, 2026-11-21T15:00 (UTC) or an age such as 30m, 2h, 7d.");
            return null;
        }
    }

    /// <summary>The export of what the filter shows, at the API.</summary>
    public static string ExportHref(AuditQuery query, string format)
    {
        ArgumentNullException.ThrowIfNull(query);
        return UrlState.Href($"/api/v1/audit/export.{format}",
        [
            ("from", query.From?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)), ("until", query.Until?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)), ("actor", query.Actor), ("action", query.Action),
            ("target", query.Target), ("outcome", query.Outcome), ("operation", query.OperationId), ("correlation", query.CorrelationId),
            .. query.Words.Select(word => ("word", (string?)word)),
        ]);
    }

    /// <summary>A moment as a date, a time in UTC or an age; null when it is none.</summary>
    public static DateTimeOffset? Moment(string text, DateTimeOffset now)
    {
        if (text.Length > 1 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 100_000)
        {
            var age = text[^1] switch { 's' => TimeSpan.FromSeconds(count), 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), 'd' => TimeSpan.FromDays(count), 'w' => TimeSpan.FromDays(count * 7), _ => TimeSpan.Zero };
            if (age > TimeSpan.Zero && age < now - DateTimeOffset.UnixEpoch) return now - age;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
    }
}
