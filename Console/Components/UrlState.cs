using System.Collections.Specialized;
using System.Text;
using System.Web;
using Microsoft.AspNetCore.Components;

namespace Qmtl.Console.Components;

/// <summary>
/// What a page keeps in the query string. Implement it as a record <c>XState</c> beside the page; both converters are pure, and reading what was
/// written gives an equal state. A value that cannot be read becomes its default: an old or edited link still opens.
/// </summary>
public interface IUrlState<TSelf>
    where TSelf : class, IUrlState<TSelf>
{
    static abstract TSelf FromQuery(QueryValues query);

    /// <summary>The parameters in a fixed order; null and empty are left out, and so should defaults be.</summary>
    IEnumerable<(string Name, string? Value)> ToQuery();
}

/// <summary>The decoded query string.</summary>
public sealed class QueryValues
{
    private readonly NameValueCollection _values;

    private QueryValues(NameValueCollection values) => _values = values;

    /// <summary>Reads the query of an absolute or relative address.</summary>
    public static QueryValues Of(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var start = uri.IndexOf('?', StringComparison.Ordinal);
        if (start < 0) return new([]);
        var end = uri.IndexOf('#', start);
        return new(HttpUtility.ParseQueryString(end < 0 ? uri[start..] : uri[start..end]));
    }

    /// <summary>The first value, or null when it is absent or empty.</summary>
    public string? Text(string name) => _values.GetValues(name)?.FirstOrDefault() is { Length: > 0 } value ? value : null;

    /// <summary>An enum by its name, case ignored; numbers are not names.</summary>
    public TEnum Choice<TEnum>(string name, TEnum otherwise)
        where TEnum : struct, Enum =>
        Text(name) is { } text && !char.IsAsciiDigit(text[0]) && text[0] is not '-' and not '+' && Enum.TryParse<TEnum>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : otherwise;

    public int Number(string name, int otherwise) =>
        int.TryParse(Text(name), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    public bool Flag(string name) => Text(name) is "1" or "true" or "yes";
}

/// <summary>Addresses from states.</summary>
public static class UrlState
{
    /// <summary>The address of a page in a state, for instance <c>/strategies?q=state%3Aqueued</c>.</summary>
    public static string Href<TState>(string path, TState state)
        where TState : class, IUrlState<TState> => Href(path, state.ToQuery());

    public static string Href(string path, IEnumerable<(string Name, string? Value)> query)
    {
        var address = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (string.IsNullOrEmpty(value)) continue;
            address.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return address.ToString();
    }

    /// <summary>Path of the present address, without query, with a leading slash.</summary>
    public static string Path(this NavigationManager navigation)
    {
        ArgumentNullException.ThrowIfNull(navigation);
        return "/" + navigation.ToBaseRelativePath(navigation.Uri).Split('?', '#')[0];
    }
}
