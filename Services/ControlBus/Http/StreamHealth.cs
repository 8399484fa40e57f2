using System.Globalization;
using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Http;

/// <summary>Puts what each socket says of itself into one report of the source.</summary>
internal sealed class StreamHealth(GatewayStreamOptions options, IControlSink sink)
{
    private const int MostNames = 20;
    private const int MostLeftOut = 200;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Part> _parts = new(StringComparer.Ordinal);
    private string? _listProblem;
    private string _listAdvice = "";
    private IReadOnlyList<string> _rest = [];
    private string _remark = "";
    private bool _isListKnown;

    /// <summary>A socket reads.</summary>
    /// <param name="note">What is not as configured, but works; empty when nothing.</param>
    /// <param name="trouble">What will end it soon; empty when nothing.</param>
    public void Reads(string name, string note, string advice, string trouble = "") => Set(name, new(true, note, advice, trouble));

    /// <summary>A socket does not read, and is tried again.</summary>
    /// <param name="problem">Null when it was not tried yet.</param>
    public void Waits(string name, string? problem) => Set(name, new(false, "", "", problem));

    public void Gone(string name)
    {
        lock (_gate)
        {
            _parts.Remove(name);
            Tell();
        }
    }

    /// <summary>The list of worlds was read or is configured.</summary>
    public void Listed(WorldList list)
    {
        lock (_gate)
        {
            (_isListKnown, _listProblem, _listAdvice, _rest, _remark) = (true, null, "", list.Rest, list.Remark);
            Tell();
        }
    }

    /// <summary>The list of worlds cannot be read.</summary>
    public void ListFailed(string problem, string advice)
    {
        lock (_gate)
        {
            (_listProblem, _listAdvice) = (problem, advice);
            Tell();
        }
    }

    private void Set(string name, Part part)
    {
        lock (_gate)
        {
            if (_parts.TryGetValue(name, out var before) && before == part) return;
            _parts[name] = part;
            Tell();
        }
    }

    /// <summary>Called under the lock, so that the newest words are told last.</summary>
    private void Tell()
    {
        var reading = _parts.Where(part => part.Value.IsReading).ToArray();
        var broken = _parts.Where(part => part.Value is { IsReading: false, Trouble: not null }).ToArray();
        var worried = reading.Where(part => part.Value.Trouble is { Length: > 0 }).ToArray();
        sink.Report(StateOf(reading.Length, broken.Length, worried.Length), Detail(reading, broken, worried), Advice(reading));
    }

    private SourceState StateOf(int reading, int broken, int worried)
    {
        if (options.TokenlessStream) return reading > 0 ? SourceState.Reading : broken > 0 ? SourceState.Broken : SourceState.Connecting;
        if (reading == 0)
        {
            if (broken > 0) return SourceState.Broken;
            // Without a world nothing is read; an old Gateway and an empty one are no failure of theirs.
            if (_listProblem is not null && _parts.Count == 0) return _listAdvice.Length > 0 ? SourceState.Attention : SourceState.Broken;
            return _isListKnown && _parts.Count == 0 ? SourceState.Attention : SourceState.Connecting;
        }

        return broken > 0 || worried > 0 || reading < _parts.Count || _rest.Count > 0 || _listProblem is not null ? SourceState.Attention : SourceState.Reading;
    }

    private string Detail(KeyValuePair<string, Part>[] reading, KeyValuePair<string, Part>[] broken, KeyValuePair<string, Part>[] worried)
    {
        var words = new List<string>();
        if (options.TokenlessStream)
        {
            words.Add(reading.Length > 0
                ? "Reads the token-less stream /ws, as ControlBus:Gateway:TokenlessStream says: every event of every world, without a token."
                : $"The token-less stream /ws is not read{Because(broken)}");
        }
        else if (_parts.Count > 0)
        {
            words.Add(reading.Length == _parts.Count
                ? string.Create(CultureInfo.InvariantCulture, $"Reads {Worlds(_parts.Count)}: {Words.List(_parts.Keys, MostNames)}.")
                : string.Create(CultureInfo.InvariantCulture, $"Reads {reading.Length} of {Worlds(_parts.Count)}."));
            // Many sockets fail for one reason.
            foreach (var same in broken.GroupBy(part => part.Value.Trouble))
            {
                words.Add($"{Words.List([.. same.Select(part => part.Key)], MostNames)}: not read, because {same.Key}");
            }
        }
        else if (_isListKnown && _listProblem is null)
        {
            words.Add("The Gateway names no world, and a token is for one world: nothing is read, queue and sentinel events neither.");
        }
        else if (_listProblem is null)
        {
            words.Add("Asks the Gateway for its worlds.");
        }

        if (_listProblem is { } problem) words.Add($"The worlds cannot be listed, because {problem}{(_parts.Count > 0 ? " Those known before are kept." : "")}");
        if (_rest.Count > 0)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"Not read, because at most {options.MaxWorlds} are (ControlBus:Gateway:MaxWorlds): {Words.List(_rest, MostLeftOut)}."));
        }

        if (_remark.Length > 0) words.Add($"{char.ToUpperInvariant(_remark[0])}{_remark[1..]}");
        words.AddRange(worried.Select(part => part.Value.Trouble!).Distinct());
        words.AddRange(reading.Select(part => part.Value.Note).Where(note => note.Length > 0).Distinct());
        return string.Join(' ', words);
    }

    private string Advice(KeyValuePair<string, Part>[] reading)
    {
        if (_listAdvice.Length > 0 && _listProblem is not null) return _listAdvice;
        if (_parts.Count == 0 && _isListKnown && !options.TokenlessStream) return "Create a world, or name worlds in ControlBus:Gateway:Worlds; they are asked for again each minute.";
        if (reading.Length == 0 && (_listProblem is not null || _parts.Values.Any(part => part.Trouble is not null)))
        {
            return "It is tried again by itself. Check that the Gateway runs and that Gateway:Url is its address; the reason above is the newest.";
        }

        return reading.Select(part => part.Value.Advice).FirstOrDefault(advice => advice.Length > 0) ?? "";
    }

    private static string Because(KeyValuePair<string, Part>[] broken) => broken.Length > 0 ? $", because {broken[0].Value.Trouble}" : " yet.";

    private static string Worlds(int count) => count == 1 ? "1 world" : string.Create(CultureInfo.InvariantCulture, $"{count} worlds");

    private sealed record Part(bool IsReading, string Note, string Advice, string? Trouble);
}
