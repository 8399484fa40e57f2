using System.Globalization;
using Qmtl.Shared.Dags;

namespace Qmtl.Gateway.InMemory;

/// <summary>Turns findings into the Gateway's refusal, in the order in which the released Gateway checks.</summary>
internal static class Refusals
{
    public const string WorldIdsRequired = "E_WORLD_IDS_REQUIRED";
    public const string Duplicate = "E_DUPLICATE";

    /// <summary>Not one of the released Gateway's: its stores have no bound.</summary>
    public const string StoreFull = "E_STORE_FULL";

    private static readonly string[] Order =
    [
        FindingCodes.SchemaInvalid,
        FindingCodes.NodeIdFields,
        FindingCodes.SchemaCompatMismatch,
        FindingCodes.ChecksumMismatch,
        FindingCodes.NodeIdMismatch,
    ];

    /// <summary>Null when the document has no error.</summary>
    public static Refusal? Of(DagDocument document)
    {
        if (document.IsValid) return null;
        var errors = document.Findings.Where(finding => finding.Severity == FindingSeverity.Error).ToList();

        // What the released Gateway has no code for makes the document no valid DAG: it comes first, as decoding does there.
        var own = errors.Find(finding => finding.Code != FindingCodes.MoreFindings && Array.IndexOf(Order, finding.Code) < 0);
        if (own is not null) return new Refusal(FindingCodes.SchemaInvalid, Words(own, errors.Count(finding => finding.Code == own.Code)));
        foreach (var code in Order)
        {
            var first = errors.Find(finding => finding.Code == code);
            if (first is not null) return new Refusal(code, Words(first, errors.Count(finding => finding.Code == code)));
        }

        // Only the note on what is not listed is left: the errors stand behind as many warnings.
        return new Refusal(FindingCodes.SchemaInvalid, errors.Count > 0 ? Words(errors[0], 1) : "The document holds no DAG.");
    }

    private static string Words(Finding finding, int alike)
    {
        var more = alike > 1 ? string.Create(CultureInfo.InvariantCulture, $" {alike - 1} more like it.") : "";
        return $"{finding.Path}: {finding.Message} {finding.Advice}{more}".Trim();
    }
}
