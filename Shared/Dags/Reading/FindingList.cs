using System.Globalization;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>
/// Collects findings with a bound. Errors and warnings are bounded each on their own while collecting, so that a flood of warnings
/// cannot hide an error; the counts go on.
/// </summary>
internal sealed class FindingList(int max)
{
    private readonly List<(Finding Finding, ByteRange? Range)> _errors = [];
    private readonly List<(Finding Finding, ByteRange? Range)> _warnings = [];

    public int ErrorCount { get; private set; }

    public int WarningCount { get; private set; }

    /// <summary>Counts an error and tells whether its words are still wanted.</summary>
    public bool WantsError()
    {
        ErrorCount++;
        return _errors.Count < max;
    }

    /// <summary>Counts a warning and tells whether its words are still wanted.</summary>
    public bool WantsWarning()
    {
        WarningCount++;
        return _warnings.Count < max;
    }

    /// <summary>Adds the error that was counted before.</summary>
    public void AddError(string code, string path, ByteRange? range, string message, string advice, string? nodeId = null, IReadOnlyList<string>? fields = null, string? expected = null)
        => _errors.Add((new Finding(FindingSeverity.Error, code, path, message, advice) { NodeId = nodeId, Fields = fields ?? [], Expected = expected }, range));

    /// <summary>Adds the warning that was counted before.</summary>
    public void AddWarning(string code, string path, ByteRange? range, string message, string advice, string? nodeId = null, IReadOnlyList<string>? fields = null)
        => _warnings.Add((new Finding(FindingSeverity.Warning, code, path, message, advice) { NodeId = nodeId, Fields = fields ?? [] }, range));

    /// <summary>All errors, then as many warnings as there is room for, in the order of the text, with their places.</summary>
    public IReadOnlyList<Finding> Build(TextLocator? locator)
    {
        var total = ErrorCount + WarningCount;
        var room = total > max ? Math.Max(0, max - 1) : max;
        var kept = _errors.Concat(_warnings).Take(room)
            .Select((entry, i) => (entry.Finding, entry.Range, Order: i))
            .OrderBy(entry => entry.Range?.Offset ?? -1).ThenBy(entry => entry.Order)
            .Select(entry => entry.Range is { } range && locator is not null ? entry.Finding with { At = locator.Locate(range) } : entry.Finding)
            .ToList();
        if (total > max && max > 0)
        {
            var severity = ErrorCount > kept.Count(finding => finding.Severity == FindingSeverity.Error) ? FindingSeverity.Error : FindingSeverity.Warning;
            kept.Add(new Finding(
                severity, FindingCodes.MoreFindings, "$",
                string.Create(CultureInfo.InvariantCulture, $"{total - kept.Count:N0} more findings are counted but not listed ({ErrorCount:N0} errors and {WarningCount:N0} warnings in all)."),
                "Put the listed ones right and check again."));
        }

        return kept;
    }
}
