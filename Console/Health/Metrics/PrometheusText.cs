using System.Globalization;
using System.Text;

namespace Qmtl.Console.Health.Metrics;

/// <summary>Prometheus text exposition, version 0.0.4, with the names that OpenTelemetry's conventions give there.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Underscores for dots, the unit spelled out, <c>_total</c> behind a counter.</summary>
    public static string NameOf(string name, string? unit, bool isCounter)
    {
        var text = new StringBuilder(Clean(name));
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            null or "" or "1" => "",
            _ when unit.StartsWith('{') => "",
            _ => "_" + Clean(unit),
        };
        if (suffix.Length > 0 && !text.ToString().EndsWith(suffix, StringComparison.Ordinal)) text.Append(suffix);
        if (isCounter && !text.ToString().EndsWith("_total", StringComparison.Ordinal)) text.Append("_total");
        return text.ToString();
    }

    public static IReadOnlyList<KeyValuePair<string, string>> LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return [];
        var labels = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, value) in tags) labels.Add(new(Clean(name), Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        labels.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return labels;
    }

    public void Head(string name, string description, string type)
    {
        if (description.Length > 0) _text.Append("# HELP ").Append(name).Append(' ').Append(description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    public void Series(string name, MetricSeries series, bool isHistogram)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (!isHistogram)
        {
            Line(name, series.Labels, null, series.Value);
            return;
        }

        foreach (var (bound, count) in series.Buckets) Line(name + "_bucket", series.Labels, Number(bound), count);
        Line(name + "_bucket", series.Labels, "+Inf", series.Count);
        Line(name + "_sum", series.Labels, null, series.Value);
        Line(name + "_count", series.Labels, null, series.Count);
    }

    public override string ToString() => _text.ToString();

    private void Line(string name, IReadOnlyList<KeyValuePair<string, string>> labels, string? bound, double value)
    {
        _text.Append(name);
        if (labels.Count > 0 || bound is not null)
        {
            _text.Append('{');
            var separator = "";
            foreach (var (label, text) in labels)
            {
                _text.Append(separator).Append(label).Append("=\"").Append(Escape(text)).Append('"');
                separator = ",";
            }

            if (bound is not null) _text.Append(separator).Append("le=\"").Append(bound).Append('"');
            _text.Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Clean(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var character in name) text.Append(char.IsAsciiLetterOrDigit(character) || character == '_' ? character : '_');
        return text.Length > 0 && char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
    }
}
