using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.NodeIds;

/// <summary>
/// Writes the string that a newer node id is the hash of:
/// <c>ProcessingNode|60|20|{"window":20}|blake3:aa,blake3:bb|scalar-v1|74234e98…</c>
/// It follows Python to the letter where input is odd: text as interval, numbers as inputs, null hashes.
/// One instance serves many nodes, one at a time.
/// </summary>
internal sealed class CanonicalNode
{
    private readonly Utf8Buffer _out = new(1024);
    private readonly Utf8Buffer _tail = new(1024);
    private readonly Utf8Buffer _scratch = new(1024);
    private readonly PythonJsonWriter _params = new(PythonJsonStyle.CompactParameters);
    private Piece[] _pieces = new Piece[16];
    private int _pieceCount;
    private readonly Comparison<Piece> _byText;

    public CanonicalNode() => _byText = (a, b) => Text(a).SequenceCompareTo(Text(b));

    /// <summary>Why the last node has no canonical form.</summary>
    public NodeIdRefusal? Refusal { get; private set; }

    /// <summary>A key that stood twice in the last node's parameters, or null.</summary>
    public string? DuplicateKey { get; private set; }

    /// <summary>Whether the last node was refused because schema_compat_id and schema_id differ.</summary>
    public bool SchemaConflict { get; private set; }

    /// <summary>Whether the last node is a tag query.</summary>
    public bool IsTagQuery { get; private set; }

    /// <summary>How many tags the last node queries.</summary>
    public int QueryTagCount { get; private set; }

    /// <summary>Whether the last tag query has an interval.</summary>
    public bool HasQueryInterval { get; private set; }

    /// <summary>The canonical form of the last node in UTF-8.</summary>
    public ReadOnlySpan<byte> Written => _out.Written;

    /// <summary>Writes the node. False where QMTL raises an exception.</summary>
    public bool TryWrite(NodeFields node)
    {
        _out.Clear();
        Refusal = null;
        DuplicateKey = null;
        SchemaConflict = false;
        IsTagQuery = false;
        if (!AppendText(node.NodeType, _out)) return false;
        IsTagQuery = _out.Written.SequenceEqual("TagQueryNode"u8);
        Separator();
        if (!AppendWholeNumber(node.Interval, "interval")) return false;
        Separator();
        if (!AppendWholeNumber(node.Period, "period")) return false;
        Separator();

        // Python computes the parts in another order than it joins them; which exception comes first depends on it.
        _tail.Clear();
        _tail.Append((byte)'|');
        if (!AppendDependencies(PythonRepr.IsTruthy(node.Inputs) ? node.Inputs : node.Dependencies)) return false;
        _tail.Append((byte)'|');
        if (!AppendSchema(node)) return false;
        _tail.Append((byte)'|');
        if (!AppendText(node.CodeHash, _tail)) return false;
        if (!(IsTagQuery ? AppendTagQuery(node) : AppendParameters(node))) return false;
        _out.Append(_tail.Written);
        if (JsonText.HasLoneSurrogate(_out.Written))
            return Refuse("UnicodeEncodeError", "The node holds half a surrogate pair (\\ud800 to \\udfff on its own), which UTF-8 cannot write.");
        return true;
    }

    private bool AppendParameters(NodeFields node)
    {
        var source = node.Params.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? node.Config : node.Params;
        if (!_params.TryWrite(source, _out))
        {
            Refusal = _params.Refusal;
            return false;
        }

        DuplicateKey = _params.DuplicateKey;
        return true;
    }

    /// <summary>Tag queries are identified by tags, match mode and interval alone.</summary>
    private bool AppendTagQuery(NodeFields node)
    {
        JsonElement tags = default, matchMode = default, interval = node.Interval;
        if (node.Params.ValueKind == JsonValueKind.Object)
        {
            tags = JsonText.Find(node.Params, "query_tags"u8);
            if (!PythonRepr.IsTruthy(tags)) tags = JsonText.Find(node.Params, "tags"u8);
            matchMode = JsonText.Find(node.Params, "match_mode"u8);
            if (IsNone(interval)) interval = JsonText.Find(node.Params, "interval"u8);
        }

        if (IsNone(tags)) tags = node.Tags;
        if (IsNone(matchMode)) matchMode = node.MatchMode;
        if (!CollectTags(tags)) return false;
        QueryTagCount = _pieceCount;
        _out.Append("{\"interval\":"u8);
        HasQueryInterval = !IsNone(interval) && TryAppendInt(interval, out _);
        if (!HasQueryInterval) _out.Append("null"u8);
        _out.Append(",\"match_mode\":\""u8);
        if (!AppendMatchMode(matchMode)) return false;
        _out.Append("\",\"query_tags\":["u8);
        for (var i = 0; i < _pieceCount; i++)
        {
            if (i > 0) _out.Append((byte)',');
            PythonJsonWriter.AppendString(Text(_pieces[i]), _out, ascii: false);
        }

        _out.Append("]}"u8);
        return true;
    }

    private bool AppendMatchMode(JsonElement matchMode)
    {
        if (!PythonRepr.IsTruthy(matchMode))
        {
            _out.Append("any"u8);
            return true;
        }

        if (matchMode.ValueKind != JsonValueKind.String)
            return Refuse("AttributeError", $"match_mode is {PythonType(matchMode)}; it must be text.");
        var isAll = string.Equals(JsonText.StringOrNull(matchMode), "all", StringComparison.OrdinalIgnoreCase);
        _out.Append(isAll ? "all"u8 : "any"u8);
        return true;
    }

    /// <summary>Trimmed, each once, in code-point order. A text is split at commas.</summary>
    private bool CollectTags(JsonElement tags)
    {
        Reset();
        switch (tags.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return true;
            case JsonValueKind.String:
                var start = _scratch.Length;
                JsonText.AppendDecoded(tags, _scratch);
                for (var rest = _scratch.Slice(start, _scratch.Length - start); ;)
                {
                    var comma = rest.IndexOf((byte)',');
                    var part = comma < 0 ? rest.Length : comma;
                    AddStripped(start, part);
                    if (comma < 0) break;
                    start += comma + 1;
                    rest = rest[(comma + 1)..];
                }

                break;
            case JsonValueKind.Array:
                foreach (var tag in tags.EnumerateArray())
                {
                    var from = _scratch.Length;
                    if (!AppendStr(tag, _scratch)) return false;
                    AddStripped(from, _scratch.Length - from);
                }

                break;
            case JsonValueKind.Object:
                foreach (var tag in tags.EnumerateObject())
                {
                    var from = _scratch.Length;
                    JsonText.AppendDecoded(JsonMarshal.GetRawUtf8PropertyName(tag), _scratch);
                    AddStripped(from, _scratch.Length - from);
                }

                break;
            default:
                return Refuse("TypeError", $"tags is {PythonType(tags)}; it must be a list of texts.");
        }

        SortPieces();
        var kept = 0;
        for (var i = 0; i < _pieceCount; i++)
        {
            if (kept == 0 || !Text(_pieces[kept - 1]).SequenceEqual(Text(_pieces[i]))) _pieces[kept++] = _pieces[i];
        }

        _pieceCount = kept;
        return true;
    }

    private bool AppendDependencies(JsonElement dependencies)
    {
        Reset();
        if (PythonRepr.IsTruthy(dependencies))
        {
            switch (dependencies.ValueKind)
            {
                case JsonValueKind.Array:
                    foreach (var dependency in dependencies.EnumerateArray())
                    {
                        if (dependency.ValueKind == JsonValueKind.Null) continue;
                        var from = _scratch.Length;
                        if (!AppendStr(dependency, _scratch)) return false;
                        if (_scratch.Length > from) Add(from, _scratch.Length - from);
                    }

                    break;
                case JsonValueKind.Object:
                    // Python walks over the keys, each once.
                    var seen = new HashSet<string>(StringComparer.Ordinal);
                    foreach (var dependency in dependencies.EnumerateObject())
                    {
                        var from = _scratch.Length;
                        JsonText.AppendDecoded(JsonMarshal.GetRawUtf8PropertyName(dependency), _scratch);
                        if (_scratch.Length > from && seen.Add(JsonText.ToUtf16(_scratch.Written[from..]))) Add(from, _scratch.Length - from);
                    }

                    break;
                case JsonValueKind.String:
                    // Python walks over the characters.
                    var start = _scratch.Length;
                    JsonText.AppendDecoded(dependencies, _scratch);
                    while (start < _scratch.Length)
                    {
                        JsonText.NextCodePoint(_scratch.Written[start..], out var length);
                        Add(start, length);
                        start += length;
                    }

                    break;
                default:
                    return Refuse("TypeError", $"inputs is {PythonType(dependencies)}; it must be a list of node ids.");
            }
        }

        SortPieces();
        for (var i = 0; i < _pieceCount; i++)
        {
            if (i > 0) _tail.Append((byte)',');
            _tail.Append(Text(_pieces[i]));
        }

        return true;
    }

    private bool AppendSchema(NodeFields node)
    {
        Reset();
        if (!AddSchemaText(node.SchemaCompatId) || !AddSchemaText(node.SchemaId)) return false;
        var compat = Text(_pieces[0]);
        var legacy = Text(_pieces[1]);
        SchemaConflict = !compat.IsEmpty && !legacy.IsEmpty && !compat.SequenceEqual(legacy);
        if (SchemaConflict)
            return Refuse("ValueError", $"schema_compat_id ('{JsonText.ToUtf16(compat)}') and schema_id ('{JsonText.ToUtf16(legacy)}') differ; give one, or the same in both.");
        _tail.Append(compat.IsEmpty ? legacy : compat);
        return true;
    }

    private bool AddSchemaText(JsonElement value)
    {
        var from = _scratch.Length;
        if (PythonRepr.IsTruthy(value) && !AppendStr(value, _scratch)) return false;
        AddStripped(from, _scratch.Length - from, keepEmpty: true);
        return true;
    }

    /// <summary><c>str(value)</c>, nothing when absent. Null is the text <c>None</c>, as in Python.</summary>
    private bool AppendText(JsonElement value, Utf8Buffer to) => value.ValueKind == JsonValueKind.Undefined || AppendStr(value, to);

    private bool AppendStr(JsonElement value, Utf8Buffer to)
    {
        if (value.ValueKind == JsonValueKind.Number && IsTooLong(value)) return Refuse("ValueError", "An integer has more than 4,300 digits.");
        return PythonRepr.AppendStr(value, to) || Refuse("RecursionError", "A value is nested too deeply.");
    }

    /// <summary><c>int(value or 0)</c>.</summary>
    private bool AppendWholeNumber(JsonElement value, string field)
    {
        if (PythonRepr.IsTruthy(value)) return TryAppendInt(value, out var error) || Refuse(error!, $"{field} is {Shown(value)}; it must be a whole number.");
        _out.Append((byte)'0');
        return true;
    }

    /// <summary>Appends <c>int(value)</c>; false with the exception's name where Python raises one.</summary>
    private bool TryAppendInt(JsonElement value, out string? error)
    {
        error = null;
        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                _out.Append((byte)'1');
                return true;
            case JsonValueKind.False:
                _out.Append((byte)'0');
                return true;
            case JsonValueKind.String:
                var parsed = PythonNumbers.ParseInt(JsonText.StringOrNull(value)!);
                error = "ValueError";
                if (parsed is null) return false;
                JsonText.AppendUtf16(parsed, _out);
                return true;
            case JsonValueKind.Number:
                var raw = JsonMarshal.GetRawUtf8Value(value);
                error = "ValueError";
                if (IsTooLong(value)) return false;
                if (PythonNumbers.IsInt(raw))
                {
                    PythonNumbers.AppendInt(raw, _out);
                    return true;
                }

                var number = PythonNumbers.Float(raw);
                error = "OverflowError";
                if (double.IsInfinity(number)) return false;
                JsonText.AppendUtf16(PythonNumbers.TruncatedText(number), _out);
                return true;
            default:
                error = "TypeError";
                return false;
        }
    }

    private static bool IsTooLong(JsonElement number)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        return raw.Length > PythonNumbers.MaxIntDigits && PythonNumbers.IsInt(raw) && raw.TrimStart((byte)'-').Length > PythonNumbers.MaxIntDigits;
    }

    private static bool IsNone(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    private static string PythonType(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    private static string Shown(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Array or JsonValueKind.Object) return PythonType(value);
        var text = value.GetRawText();
        return text.Length <= 40 ? text : text[..40] + "…";
    }

    private void Separator() => _out.Append((byte)'|');

    private void Reset()
    {
        _scratch.Clear();
        _pieceCount = 0;
    }

    private void AddStripped(int start, int length, bool keepEmpty = false)
    {
        var text = _scratch.Slice(start, length);
        var stripped = PythonText.Strip(text);
        if (stripped.IsEmpty && !keepEmpty) return;
        var skipped = stripped.IsEmpty ? 0 : (int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(text), ref MemoryMarshal.GetReference(stripped));
        Add(start + skipped, stripped.Length);
    }

    private void Add(int start, int length)
    {
        if (_pieceCount == _pieces.Length) Array.Resize(ref _pieces, _pieces.Length * 2);
        _pieces[_pieceCount++] = new Piece(start, length);
    }

    private void SortPieces()
    {
        if (_pieceCount == 2)
        {
            if (_byText(_pieces[0], _pieces[1]) > 0) (_pieces[0], _pieces[1]) = (_pieces[1], _pieces[0]);
        }
        else if (_pieceCount > 2)
        {
            _pieces.AsSpan(0, _pieceCount).Sort(_byText);
        }
    }

    private ReadOnlySpan<byte> Text(Piece piece) => _scratch.Slice(piece.Start, piece.Length);

    private bool Refuse(string pythonError, string message)
    {
        Refusal = new NodeIdRefusal(pythonError, message);
        return false;
    }

    private readonly record struct Piece(int Start, int Length);
}
