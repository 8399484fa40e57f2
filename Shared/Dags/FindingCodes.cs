namespace Qmtl.Shared.Dags;

/// <summary>Stable codes of findings. Those that start with <c>E_</c> are the Gateway's own.</summary>
public static class FindingCodes
{
    public const string SchemaInvalid = "E_SCHEMA_INVALID";
    public const string NodeIdFields = "E_NODE_ID_FIELDS";
    public const string SchemaCompatMismatch = "E_SCHEMA_COMPAT_MISMATCH";
    public const string ChecksumMismatch = "E_CHECKSUM_MISMATCH";
    public const string NodeIdMismatch = "E_NODE_ID_MISMATCH";

    /// <summary>The text is empty, not JSON, not UTF-8, wrongly encoded base64, or nested too deeply.</summary>
    public const string NotReadable = "NOT_READABLE";

    /// <summary>A field has the wrong JSON type.</summary>
    public const string WrongType = "WRONG_TYPE";

    /// <summary>A value cannot be written as UTF-8 (a lone surrogate), or QMTL's id function refuses it.</summary>
    public const string BadValue = "BAD_VALUE";

    public const string DuplicateNodeId = "DUPLICATE_NODE_ID";
    public const string Cycle = "CYCLE";

    /// <summary>Warning: an input names a node that is not in this DAG.</summary>
    public const string DanglingInput = "DANGLING_INPUT";

    /// <summary>Warning: a field QMTL does not know.</summary>
    public const string UnknownField = "UNKNOWN_FIELD";

    /// <summary>Warning: the same key twice in one object; the last one counts.</summary>
    public const string DuplicateKey = "DUPLICATE_KEY";

    /// <summary>Warning: the node order breaks the released Gateway's Diff checksum, so it would throw the Diff away.</summary>
    public const string OrderBreaksDiff = "ORDER_BREAKS_DIFF";

    /// <summary>Warning: inputs and dependencies do not name the same nodes.</summary>
    public const string DependenciesDiffer = "DEPENDENCIES_DIFFER";

    /// <summary>Warning: no node carries enough to verify its id (older SDKs never write <c>config_hash</c>).</summary>
    public const string NodeIdNotVerifiable = "NODE_ID_NOT_VERIFIABLE";

    /// <summary>Warning: the DAG brings its own version sentinel, which the Gateway adds itself.</summary>
    public const string SentinelNode = "SENTINEL_NODE";

    /// <summary>Warning: a field of the envelope is missing or deprecated.</summary>
    public const string EnvelopeField = "ENVELOPE_FIELD";

    /// <summary>More findings were made than are listed.</summary>
    public const string MoreFindings = "MORE_FINDINGS";
}
