namespace Qmtl.Operations.Audit;

/// <summary>A verdict in words.</summary>
public static class AuditWords
{
    /// <summary>For people, without a full stop.</summary>
    public static string Of(AuditVerdict verdict) => verdict switch
    {
        AuditVerdict.Ok => "Whole, the tail included",
        AuditVerdict.OkButTailUnknown => "As written; a cut tail cannot be found",
        AuditVerdict.Broken => "Broken",
        AuditVerdict.TornTail => "The last line is torn",
        AuditVerdict.TailCut => "The tail was cut",
        _ => "Not all could be checked: a key is missing",
    };

    /// <summary>For programs.</summary>
    public static string NameOf(AuditVerdict verdict) => verdict switch
    {
        AuditVerdict.Ok => "ok",
        AuditVerdict.OkButTailUnknown => "ok_tail_unknown",
        AuditVerdict.Broken => "broken",
        AuditVerdict.TornTail => "torn_tail",
        AuditVerdict.TailCut => "tail_cut",
        _ => "key_unknown",
    };
}
