using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.Health.Metrics;

namespace Qmtl.Tests.Unit.Console.Health;

public sealed class MetricsReaderTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _factory;
    private readonly Meter _meter;
    private readonly MetricsReader _reader;

    public MetricsReaderTests()
    {
        _factory = _services.GetRequiredService<IMeterFactory>();
        _reader = new(_factory);
        _meter = _factory.Create("Qmtl.Test");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Counters_add_up_by_label_under_a_name_with_unit_and_total()
    {
        var counter = _meter.CreateCounter<long>("qmtl.test.read", "By", "What was read.");
        counter.Add(5, new KeyValuePair<string, object?>("topic", "a"));
        counter.Add(7, new KeyValuePair<string, object?>("topic", "a"));
        counter.Add(1, new KeyValuePair<string, object?>("topic", "quo\"te\\ and\nline"));
        var text = _reader.Read();
        Assert.Contains("# HELP qmtl_test_read_bytes_total What was read.\n# TYPE qmtl_test_read_bytes_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("qmtl_test_read_bytes_total{topic=\"a\"} 12\n", text, StringComparison.Ordinal);
        Assert.Contains("qmtl_test_read_bytes_total{topic=\"quo\\\"te\\\\ and\\nline\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Histograms_have_cumulative_buckets_a_sum_and_a_count()
    {
        var histogram = _meter.CreateHistogram("qmtl.test.time", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 3 }) histogram.Record(value);
        var text = _reader.Read();
        Assert.Contains("qmtl_test_time_seconds_bucket{le=\"0.1\"} 2\nqmtl_test_time_seconds_bucket{le=\"1\"} 3\nqmtl_test_time_seconds_bucket{le=\"+Inf\"} 4\nqmtl_test_time_seconds_sum 3.65\nqmtl_test_time_seconds_count 4\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_observed_label_that_is_gone_is_not_reported_again()
    {
        var topic = "a";
        _meter.CreateObservableGauge("qmtl.test.lag", () => new Measurement<long>(3, new KeyValuePair<string, object?>("topic", topic)));
        Assert.Contains("qmtl_test_lag{topic=\"a\"} 3", _reader.Read(), StringComparison.Ordinal);
        topic = "b";
        var text = _reader.Read();
        Assert.Contains("qmtl_test_lag{topic=\"b\"} 3", text, StringComparison.Ordinal);
        Assert.DoesNotContain("topic=\"a\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void More_labels_than_the_bound_are_counted_together()
    {
        var counter = _meter.CreateCounter<long>("qmtl.test.many");
        for (var i = 0; i < MetricFamily.MaxSeries + 25; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        var text = _reader.Read();
        Assert.Contains("qmtl_test_many_total{otel_metric_overflow=\"true\"} 25\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Observed_labels_beyond_the_bound_are_added_up_too_and_not_over_again()
    {
        _meter.CreateObservableCounter("qmtl.test.observed", () => Enumerable.Range(0, MetricFamily.MaxSeries + 25).Select(i => new Measurement<long>(2, new KeyValuePair<string, object?>("id", i))));
        _reader.Read();
        var text = _reader.Read();
        Assert.Contains("qmtl_test_observed_total{id=\"7\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("qmtl_test_observed_total{otel_metric_overflow=\"true\"} 50\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Meters_of_another_console_in_the_process_are_not_its_own()
    {
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        others.GetRequiredService<IMeterFactory>().Create("Qmtl.Test").CreateCounter<long>("qmtl.test.other").Add(1);
        _meter.CreateCounter<long>("qmtl.test.own").Add(1);
        var text = _reader.Read();
        Assert.Contains("qmtl_test_own_total 1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("qmtl_test_other", text, StringComparison.Ordinal);
    }
}
