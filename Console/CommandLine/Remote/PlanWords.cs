using System.Globalization;
using System.Text.Json;

namespace Qmtl.Console.CommandLine.Remote;

/// <summary>A plan of the HTTP API as lines of text.</summary>
internal static class PlanWords
{
    private const int ItemsShown = 20;

    /// <param name="items">The first items; undefined when they were not read.</param>
    public static IEnumerable<string> Of(JsonElement plan, JsonElement items = default)
    {
        yield return $"{Text(plan, "id")}  {Text(plan, "state").Replace('_', ' ')}  {Text(plan, "title")}: {Text(plan, "target")}";
        yield return $"  {Text(plan, "summary")}";
        yield return $"  why       {Text(plan, "reason")}";
        yield return $"  author    {Name(plan, "author")}";
        if (Has(plan, "confirmed")) yield return $"  confirmed {Name(plan, "confirmed")}";
        foreach (var approval in plan.GetProperty("approvals").EnumerateArray()) yield return $"  approved  {Text(approval, "name")}, {Text(approval, "at")}";
        if (Has(plan, "closed")) yield return $"  closed    {Name(plan, "closed")}: {Text(plan.GetProperty("closed"), "note")}";
        foreach (var warning in plan.GetProperty("warnings").EnumerateArray()) yield return $"  warning   {warning.GetString()}";
        foreach (var line in Items(plan, items)) yield return line;
        if (Has(plan, "counts")) yield return $"  ended     {Counts(plan.GetProperty("counts"))}";
        if (Has(plan, "job_id")) yield return $"  job       {Text(plan, "job_id")}";
        yield return $"  digest    {Text(plan, "digest")}";
        if (Next(plan) is { } next) yield return $"  next      {next}";
        yield return $"  link      {Text(plan, "link")}";
    }

    /// <summary>One line of a list.</summary>
    public static string Line(JsonElement plan) =>
        $"{Text(plan, "id"),-16} {Text(plan, "state").Replace('_', ' '),-20} {Text(plan, "title")}: {Text(plan, "target")}  ({Name(plan, "author")})";

    public static string Text(JsonElement json, string name) => ConsoleClient.Text(json, name) ?? "";

    public static bool Has(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public static string Counts(JsonElement counts)
    {
        var parts = counts.EnumerateObject()
            .Where(count => count.Name != "total" && count.Value.TryGetInt32(out var number) && number > 0)
            .Select(count => $"{count.Value.GetInt32().ToString("N0", CultureInfo.InvariantCulture)} {count.Name.Replace('_', ' ')}");
        return string.Join(", ", parts) is { Length: > 0 } words ? words : "no items";
    }

    /// <summary>What the plan waits for, or null when it has ended.</summary>
    public static string? Next(JsonElement plan) => Text(plan, "state") switch
    {
        "planned" => $"a person confirms it on the page, until {Text(plan, "confirm_before")}",
        "waiting_for_approval" => $"a second person approves it on the page, until {Text(plan, "approve_before")}",
        "ready" => $"qmtl-console plans execute {Text(plan, "id")}, until {Text(plan, "execute_before")}",
        _ => null,
    };

    private static IEnumerable<string> Items(JsonElement plan, JsonElement items)
    {
        yield return $"  items     {plan.GetProperty("items").GetInt32().ToString("N0", CultureInfo.InvariantCulture)}";
        if (items.ValueKind != JsonValueKind.Object) yield break;
        foreach (var item in items.GetProperty("items").EnumerateArray().Take(ItemsShown))
        {
            yield return $"            {Text(item, "id")}: {(Has(item, "before") ? Text(item, "before") : "(does not exist)")} -> {(Has(item, "after") ? Text(item, "after") : "(removed)")}";
        }

        if (items.GetProperty("total").GetInt32() is var total && total > ItemsShown) yield return $"            and {(total - ItemsShown).ToString("N0", CultureInfo.InvariantCulture)} more; --json has them all, or the link";
    }

    private static string Name(JsonElement plan, string stamp) => plan.GetProperty(stamp) is { ValueKind: JsonValueKind.Object } by ? $"{Text(by, "name")}, {Text(by, "at")}" : "";
}
