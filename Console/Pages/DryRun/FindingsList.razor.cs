using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.DryRuns;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Findings one below the other, errors first, each with its place and what to do.</summary>
public sealed partial class FindingsList
{
    private FindingsView? _rowsOf;

    /// <summary>Findings to list.</summary>
    [Parameter]
    [EditorRequired]
    public FindingsView Findings { get; set; } = null!;

    /// <summary>A finding with a place was chosen.</summary>
    [Parameter]
    public EventCallback<FindingView> OnOpen { get; set; }

    private List<Row> Rows { get; set; } = [];

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_rowsOf, Findings))
        {
            return;
        }

        _rowsOf = Findings;
        Rows = [.. Findings.Items.OrderBy(finding => finding.Code == FindingCodes.MoreFindings).ThenByDescending(finding => finding.Severity).Select(finding => new Row(finding, null))];
        var unlisted = Findings.Errors + Findings.Warnings - Findings.Items.Count;
        if (unlisted > 0 && !Findings.Items.Any(finding => finding.Code == FindingCodes.MoreFindings))
        {
            Rows.Add(new(null, $"{unlisted.ToString("N0", CultureInfo.InvariantCulture)} more are counted but not listed. Correct the listed ones first."));
        }
    }

    private sealed record Row(FindingView? Finding, string? More);
}
