using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Qmtl.Console.Health.Metrics;

/// <summary>
/// Listens to the console's own measures and to those of the runtime and the web server, and writes them out for Prometheus. Bounded: the instruments are
/// those of the meters named here, each with a bounded number of series.
/// </summary>
public sealed class MetricsReader : IDisposable
{
    private static readonly string[] Meters =
        ["System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Http.Connections", "Npgsql"];

    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = [];
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _factory;
    private readonly Lock _reading = new();

    public MetricsReader(IMeterFactory factory)
    {
        _factory = factory;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsOurs(instrument)) listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, each => new(each)));
        };
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out var _);
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => ((MetricFamily)family!).Record((double)value, tags));
        _listener.Start();
    }

    /// <summary>All measures as of now, in Prometheus text 0.0.4.</summary>
    public string Read()
    {
        // Two readers at once would clear each other's observations.
        lock (_reading)
        {
            foreach (var family in _families.Values) family.BeginObservation();
            _listener.RecordObservableInstruments();
            var text = new PrometheusText();
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)) family.Write(text);
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Another console in the same process, as in tests, has meters of the same names.</summary>
    private bool IsOurs(Instrument instrument) =>
        (instrument.Meter.Name.StartsWith("Qmtl.", StringComparison.Ordinal) || Meters.Contains(instrument.Meter.Name))
        && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, _factory));
}
