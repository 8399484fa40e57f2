using System.Text;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit.Index;

/// <summary>A query in the form that is asked of each record.</summary>
internal sealed class AuditCondition
{
    private readonly AuditQuery _query;
    private readonly string[] _texts;
    private readonly (byte Lower, byte Upper, byte[] Text)[] _bytes;

    public AuditCondition(AuditQuery query)
    {
        _query = query;
        From = query.From?.UtcTicks ?? long.MinValue;
        Until = query.Until?.UtcTicks ?? long.MaxValue;
        Hashes = new uint[AuditFields.Count];
        Hash(AuditFields.Actor, query.Actor);
        Hash(AuditFields.Action, query.Action);
        Hash(AuditFields.Target, query.Target);
        Hash(AuditFields.Outcome, query.Outcome);
        Hash(AuditFields.Operation, query.OperationId);
        Hash(AuditFields.Correlation, query.CorrelationId);
        _texts = [.. query.Words.Append(query.Text).Where(text => !string.IsNullOrEmpty(text)).Select(text => text!)];
        // Letters that JSON writes as they are.
        _bytes = [.. _texts.Where(text => text.All(letter => char.IsAscii(letter) && !char.IsControl(letter) && letter is not ('"' or '\\')))
            .Select(text => ((byte)char.ToLowerInvariant(text[0]), (byte)char.ToUpperInvariant(text[0]), Encoding.ASCII.GetBytes(text.ToUpperInvariant())))];
        Grams = _texts.Length == 0 ? null : new(_texts);
        IsEmpty = Grams is null && query.From is null && query.Until is null && Hashes.All(hash => hash == 0);
    }

    /// <summary>UTC, ticks, included.</summary>
    public long From { get; }

    /// <summary>UTC, ticks, not included.</summary>
    public long Until { get; }

    /// <summary>By field of <see cref="AuditFields"/>; 0 asks for nothing.</summary>
    public uint[] Hashes { get; }

    public TextGrams.Query? Grams { get; }

    /// <summary>Whether every record matches.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whether a stored line cannot hold a text that is asked for, told from its bytes; false when only reading it can tell.</summary>
    public bool IsRuledOut(ReadOnlySpan<byte> line)
    {
        foreach (var (lower, upper, text) in _bytes)
        {
            // Other letters have counterparts in ASCII when case is ignored.
            if (!Contains(line, lower, upper, text) && Ascii.IsValid(line)) return true;
        }

        return false;
    }

    /// <summary>The exact answer.</summary>
    public bool Matches(AuditRecord record) =>
        record.At.UtcTicks >= From && record.At.UtcTicks < Until
        && Is(_query.Actor, record.Actor) && Is(_query.Action, record.Action) && Is(_query.Target, record.Target) && Is(_query.Outcome, record.Outcome)
        && Is(_query.OperationId, record.OperationId) && Is(_query.CorrelationId, record.CorrelationId)
        && _texts.All(text => Holds(record.Reason, text) || Holds(record.Detail, text) || Holds(record.Target, text) || Holds(record.Item, text) || Holds(record.ActorName, text) || Holds(record.Parameters, text));

    private static bool Is(string? wanted, string? value) => string.IsNullOrEmpty(wanted) || wanted == value;

    private static bool Holds(string? value, string text) => value?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;

    private void Hash(int field, string? value)
    {
        if (!string.IsNullOrEmpty(value)) Hashes[field] = AuditFields.HashOf(value);
    }

    private static bool Contains(ReadOnlySpan<byte> line, byte lower, byte upper, ReadOnlySpan<byte> text)
    {
        while (line.Length >= text.Length)
        {
            var at = line.IndexOfAny(lower, upper);
            if (at < 0 || line.Length - at < text.Length) return false;
            if (Ascii.EqualsIgnoreCase(line.Slice(at, text.Length), text)) return true;
            line = line[(at + 1)..];
        }

        return false;
    }
}
