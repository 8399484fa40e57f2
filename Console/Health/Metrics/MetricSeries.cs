using System.Diagnostics.Metrics;

namespace Qmtl.Console.Health.Metrics;

/// <summary>What was measured under one set of labels. Guarded by its instrument's lock.</summary>
internal sealed class MetricSeries(IReadOnlyList<KeyValuePair<string, string>> labels, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length];

    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; } = labels;

    /// <summary>Sum of a counter or histogram, or the newest value of a gauge.</summary>
    public double Value { get; private set; }

    public long Count { get; private set; }

    public void Add(double value) => Value += value;

    public void Set(double value) => Value = value;

    public void Observe(double value)
    {
        Value += value;
        Count++;
        for (var i = 0; i < _buckets!.Length; i++)
        {
            if (value <= bounds![i]) _buckets[i]++;
        }
    }

    /// <summary>Upper bounds with how many values were at most that.</summary>
    public IEnumerable<(double Bound, long Count)> Buckets => _buckets is null ? [] : bounds!.Zip(_buckets);
}

/// <summary>An instrument with its series.</summary>
internal sealed class MetricFamily
{
    /// <summary>Most sets of labels of one instrument; what comes after is counted together.</summary>
    public const int MaxSeries = 1_000;

    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly double[]? _bounds;

    public MetricFamily(Instrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        var type = instrument.GetType();
        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        IsHistogram = kind == typeof(Histogram<>);
        IsObservable = instrument.IsObservable;
        IsCounter = kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
        IsSum = IsCounter || kind == typeof(UpDownCounter<>) || kind == typeof(ObservableUpDownCounter<>);
        if (IsHistogram) _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? DefaultBounds;
        Name = PrometheusText.NameOf(instrument.Name, instrument.Unit, IsCounter);
        Description = instrument.Description ?? "";
    }

    public string Name { get; }

    public string Description { get; }

    public bool IsCounter { get; }

    public bool IsHistogram { get; }

    private bool IsSum { get; }

    private bool IsObservable { get; }

    /// <summary>Observed values are those of now alone: a label that is no longer reported goes.</summary>
    public void BeginObservation()
    {
        if (!IsObservable) return;
        lock (_gate) _series.Clear();
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var series = SeriesOf(tags);
            if (IsHistogram) series.Observe(value);
            // Observed values begin anew with each observation: added up, those beyond the bound of series count together.
            else if (IsSum || IsObservable) series.Add(value);
            else series.Set(value);
        }
    }

    public void Write(PrometheusText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        lock (_gate)
        {
            if (_series.Count == 0) return;
            text.Head(Name, Description, IsHistogram ? "histogram" : IsCounter ? "counter" : "gauge");
            foreach (var series in _series.Values) text.Series(Name, series, IsHistogram);
        }
    }

    private MetricSeries SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.LabelsOf(tags);
        var key = string.Join('\u001f', labels.Select(label => label.Key + "\u001e" + label.Value));
        if (_series.TryGetValue(key, out var series)) return series;
        if (_series.Count >= MaxSeries)
        {
            labels = [new("otel_metric_overflow", "true")];
            key = "overflow";
            if (_series.TryGetValue(key, out series)) return series;
        }

        return _series[key] = new(labels, _bounds);
    }
}
