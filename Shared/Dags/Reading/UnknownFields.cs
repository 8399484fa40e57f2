using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Node fields QMTL does not know: one warning a name, however many nodes have it.</summary>
internal sealed class UnknownFields
{
    private const int MaxNames = 200;
    private readonly Dictionary<string, (int First, ByteRange Range, int Count)> _names = new(StringComparer.Ordinal);
    private int _more;

    public void Add(JsonProperty property, int index, TextLocator locator)
    {
        var name = JsonText.Decode(JsonMarshal.GetRawUtf8PropertyName(property));
        ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_names, name);
        if (!Unsafe.IsNullRef(ref entry)) entry.Count++;
        else if (_names.Count < MaxNames) _names.Add(name, (index, locator.RangeOfKey(property), 1));
        else _more++;
    }

    public void Report(FindingList findings)
    {
        foreach (var (name, (first, range, count)) in _names)
        {
            if (!findings.WantsWarning()) continue;
            var nodes = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" It stands {count:N0} times; this is the first.");
            findings.AddWarning(
                FindingCodes.UnknownField, JsonPath.Node(first) + JsonPath.Member(name), range,
                $"QMTL does not know the node field '{JsonPath.Shown(name)}'.{nodes}", "Check the spelling; QMTL ignores it.");
        }

        for (; _more > 0; _more--) findings.WantsWarning();
    }
}
