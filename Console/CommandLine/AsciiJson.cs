using System.Globalization;
using System.Text;
using Qmtl.Shared.Text;

namespace Qmtl.Console.CommandLine;

/// <summary>Writes JSON in ASCII, so that it survives any terminal; also text with lone surrogates, which other writers refuse.</summary>
internal sealed class AsciiJson
{
    private readonly StringBuilder _text = new();
    private bool _needsComma;

    public AsciiJson Open(char bracket)
    {
        Separate();
        _text.Append(bracket);
        _needsComma = false;
        return this;
    }

    public AsciiJson Close(char bracket)
    {
        _text.Append(bracket);
        _needsComma = true;
        return this;
    }

    public AsciiJson Name(string name)
    {
        Separate();
        _text.Append('"').Append(name).Append("\":");
        _needsComma = false;
        return this;
    }

    public AsciiJson Value(string? value)
    {
        Separate();
        _text.Append(value is null ? "null" : PythonJson.QuoteAscii(value));
        return this;
    }

    public AsciiJson Value(long? value)
    {
        Separate();
        if (value is { } number) _text.Append(CultureInfo.InvariantCulture, $"{number}");
        else _text.Append("null");
        return this;
    }

    public AsciiJson Member(string name, string? value) => Name(name).Value(value);

    public AsciiJson Member(string name, long? value) => Name(name).Value(value);

    public void Clear()
    {
        _text.Clear();
        _needsComma = false;
    }

    public override string ToString() => _text.ToString();

    private void Separate()
    {
        if (_needsComma) _text.Append(',');
        _needsComma = true;
    }
}
