using System.Globalization;
using System.Text;
using Qmtl.Operations.Audit.Head;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Chain;

/// <summary>Follows a chain line by line: numbers without gaps, each hanging on the one before, keys changed only where a record says so.</summary>
internal sealed class ChainCheck
{
    private const int MaxNamed = 100;
    private readonly Dictionary<long, AuditHead> _heads;
    private readonly byte[] _mac = AuditLine.NoPrevious.ToArray();
    private readonly byte[] _key = new byte[AuditLine.KeyIdLength];
    private readonly List<string> _named = [];
    private readonly List<string> _unknownKeys = [];
    private AuditHead? _missedHead;
    private string? _namedCut;
    private string? _unreadable;
    private bool _macIsKnown = true;
    private bool _hasKey;

    public ChainCheck(IEnumerable<AuditHead> heads)
    {
        _heads = [];
        foreach (var head in heads)
        {
            // Two of one number that differ cannot both be right.
            if (_heads.TryGetValue(head.Number, out var other) && other.Mac != head.Mac) _missedHead ??= head;
            _heads[head.Number] = head;
        }
    }

    public long Checked { get; private set; }

    public long Last { get; private set; }

    public long? FirstBroken { get; private set; }

    public string FirstProblem { get; private set; } = "";

    public long Broken { get; private set; }

    public long WithUnknownKey { get; private set; }

    public string? TornEnd { get; private set; }

    public IReadOnlyList<string> UnknownKeys => _unknownKeys;

    /// <summary>Breaks that records of the chain name.</summary>
    public IReadOnlyList<string> Named => _named;

    public void Add(VerifiedLines lines, string where, long place)
    {
        for (var index = 0; index < lines.Count; index++) Add(lines.Line(index).Span, lines.State(index), lines.MayBeOfAudit(index), where, place + lines.Start(index));
    }

    public void Torn(int length, string where, long place)
    {
        TornEnd = string.Create(CultureInfo.InvariantCulture, $"The last line of {where} is not whole ({length} bytes at {place}): the console was stopped while it wrote. No record that was reported as stored is touched by that.");
    }

    /// <summary>What the heads say about the end, or null when nothing is missing.</summary>
    public string? Cut(string headPlace)
    {
        Flush();
        var beyond = _heads.Values.Where(head => head.Number > Last).MaxBy(head => head.Number);
        if (beyond is not null) return string.Create(CultureInfo.InvariantCulture, $"The tail was cut: the head of {beyond.At:u} at {headPlace} names record {beyond.Number:N0}, the chain ends at {Last:N0}; {beyond.Number - Last:N0} records or more are missing.");
        if (_missedHead is { } missed) return string.Create(CultureInfo.InvariantCulture, $"The tail was cut: record {missed.Number:N0} is not the one that the head of {missed.At:u} at {headPlace} names; records were taken away and others were written in their place.");
        return _namedCut;
    }

    private void Add(ReadOnlySpan<byte> line, LineState state, bool mayBeOfAudit, string where, long place)
    {
        Checked++;
        if (!AuditLine.TryRead(line, out var record))
        {
            Flush();
            _unreadable = string.Create(CultureInfo.InvariantCulture, $"cannot be read as a record ({where}, byte {place})");
            return;
        }

        if (state == LineState.Bad)
        {
            Flush();
            Break(Last + 1, string.Create(CultureInfo.InvariantCulture, $"Record {Last + 1} is not as it was written: its code does not match ({where}, byte {place})."));
            Follow(Last + 1, record);
            return;
        }

        var about = mayBeOfAudit ? About(line) : null;
        // The piece of a line that was being written counts as no record, when the next record says so.
        if (_unreadable is not null && about?.Action == AuditActions.Torn && state == LineState.Good && record.Number == Last + 1 && IsNext(record))
        {
            _unreadable = null;
            Checked--;
        }

        Flush();
        if (state == LineState.KeyUnknown) Unknown(record);
        if (record.Number > Last + 1)
        {
            Break(Last + 1, string.Create(CultureInfo.InvariantCulture, $"{(record.Number == Last + 2 ? $"Record {Last + 1} is" : $"Records {Last + 1} to {record.Number - 1} are")} missing ({where}, byte {place})."), record.Number - Last - 1);
        }
        else if (record.Number <= Last)
        {
            Break(Last + 1, string.Create(CultureInfo.InvariantCulture, $"After record {Last} stands record {record.Number} once more ({where}, byte {place})."));
            return;
        }
        else if (!IsNext(record))
        {
            Break(record.Number, string.Create(CultureInfo.InvariantCulture, $"Record {record.Number} does not hang on the one before it ({where}, byte {place})."));
        }
        else if (_hasKey && !record.KeyId.SequenceEqual(_key) && about?.Action != AuditActions.Key && about?.Action != AuditActions.Break && about?.Action != AuditActions.Torn)
        {
            Break(record.Number, string.Create(CultureInfo.InvariantCulture, $"Record {record.Number} is under another key than the one before it, and no record names that key ({where}, byte {place})."));
        }

        if (about is not null) Name(record.Number, about);
        Follow(record.Number, record);
    }

    /// <summary>An unreadable line that no record excuses is a broken record.</summary>
    private void Flush()
    {
        if (_unreadable is not { } problem) return;
        _unreadable = null;
        Break(Last + 1, $"Record {Last + 1} {problem}.");
        Last++;
        _macIsKnown = false;
    }

    private bool IsNext(AuditLine record) => !_macIsKnown || record.Previous.SequenceEqual(_mac);

    private void Follow(long number, AuditLine record)
    {
        Last = number;
        record.Mac.CopyTo(_mac);
        record.KeyId.CopyTo(_key);
        _hasKey = true;
        _macIsKnown = true;
        if (_heads.Count > 0 && _heads.TryGetValue(number, out var head) && head.Mac != Encoding.ASCII.GetString(record.Mac)) _missedHead ??= head;
    }

    private void Unknown(AuditLine record)
    {
        WithUnknownKey++;
        if (_unknownKeys.Count > 0 && record.KeyId.SequenceEqual(_key)) return;
        var id = Encoding.ASCII.GetString(record.KeyId);
        if (_unknownKeys.Count < MaxNamed && !_unknownKeys.Contains(id)) _unknownKeys.Add(id);
    }

    private void Break(long number, string problem, long count = 1)
    {
        Broken += count;
        if (FirstBroken is not null) return;
        FirstBroken = number;
        FirstProblem = problem;
    }

    private void Name(long number, AuditRecord about)
    {
        if (about.Action == AuditActions.Key) return;
        if (about.Action == AuditActions.Break && about.Target.StartsWith("head ", StringComparison.Ordinal)) _namedCut ??= string.Create(CultureInfo.InvariantCulture, $"The tail was cut once, as record {number:N0} says: {about.Detail}");
        if (_named.Count < MaxNamed) _named.Add(string.Create(CultureInfo.InvariantCulture, $"Record {number} of {about.At:u}: {about.Detail}"));
        else if (_named.Count == MaxNamed) _named.Add("More breaks are named further on.");
    }

    /// <summary>A record that the audit writes about itself. Texts of others cannot look so: quotation marks in them are escaped.</summary>
    private static AuditRecord? About(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf("\"action\":\"audit."u8);
        if (at < 0) return null;
        var action = line[(at + 10)..];
        if (!action.StartsWith("audit.break\""u8) && !action.StartsWith("audit.torn\""u8) && !action.StartsWith("audit.key\""u8)) return null;
        // Parameters are JSON of others and can hold such members too.
        return AuditRecordJson.Read(line) is { Action: AuditActions.Break or AuditActions.Torn or AuditActions.Key, ActorKind: CallerKind.Console } about ? about : null;
    }
}
