using System.Globalization;
using Qmtl.Console.DryRuns;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Sentences about what was read and answered.</summary>
internal static class Words
{
    /// <summary>What was read, in one line.</summary>
    public static string Input(InputView input)
    {
        var form = input.Form switch
        {
            DagInputForm.BareDag => "Bare DAG",
            DagInputForm.BareDagBase64 => "Bare DAG in base64",
            DagInputForm.EnvelopePlain => "Submission envelope",
            DagInputForm.EnvelopeBase64 => "Submission envelope with a base64 DAG",
            _ => "No DAG could be read",
        };
        var generation = input.Generation switch
        {
            DagGeneration.Older => ", older generation",
            DagGeneration.Newer => ", newer generation",
            _ => "",
        };
        var nodes = input.Nodes is { } count ? $", {count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? "node" : "nodes")}" : "";
        var decoded = input.Decoded ? ". Findings point into the decoded DAG." : "";
        return form + generation + nodes + decoded;
    }

    /// <summary>What the graph does with a node, in a word.</summary>
    public static string Of(NodeDisposition disposition) => disposition.ToString().ToLowerInvariant();

    public static string Meaning(NodeDisposition disposition) => disposition switch
    {
        NodeDisposition.Reused => "Stored with the same code: its queue is used",
        NodeDisposition.Buffered => "Stored with the same code but another schema: its queue is used once it has caught up",
        NodeDisposition.New => "Not stored, or stored with other code: gets a new queue",
        _ => "The DAG Manager gave no answer",
    };

    public static string Tone(NodeDisposition disposition) => disposition switch
    {
        NodeDisposition.Reused => "ok",
        NodeDisposition.Buffered => "attention",
        NodeDisposition.New => "accent",
        _ => "unknown",
    };

    public static string Icon(NodeDisposition disposition) => disposition switch
    {
        NodeDisposition.Reused => "link",
        NodeDisposition.Buffered => "clock",
        NodeDisposition.New => "plus",
        _ => "unknown",
    };

    /// <summary>Where the sentinel came from.</summary>
    public static string Sentinel(DryRunAnswer answer) => answer.SentinelOrigin switch
    {
        SentinelOrigin.Diff => "from the DAG Manager's diff",
        SentinelOrigin.Fallback => "made by the Gateway, because the diff did not answer",
        SentinelOrigin.None => "empty: the DAG Manager could not be reached, so the queue map is not authoritative",
        _ => "of an unknown shape: neither a diff's nor a fallback's",
    };

    /// <summary>The answer's source in a word.</summary>
    public static string Source(DryRunAnswer answer) => answer.Source == DryRunSource.Diff ? "diff" : "tag queries";

    /// <summary>Why the context was downgraded, and what to do.</summary>
    public static string Downgrade(string? reason, bool namesWorld) => reason switch
    {
        "decision_unavailable" when !namesWorld => "No world was named, so there was no decision to ask for. Choose a world to see what it decides.",
        "missing_as_of" => "No as_of was given: a backtest or dry-run domain needs the point in time of its data. Add compute_context.as_of.",
        "stale_decision" => "The world's decision is stale. Check the WorldService, then try again.",
        "decision_unavailable" => "The world's decision could not be had. Check that the world exists and that the WorldService answers.",
        null or "" => "No reason was given.",
        _ => $"Reason: {reason}.",
    };
}
