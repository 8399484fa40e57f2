namespace Qmtl.Console.Security.Proxy;

/// <summary>Reads and checks <c>SignIn:Proxy:*</c>.</summary>
public static class ProxySettings
{
    private const string Token = "!#$%&'*+-.^_`|~";

    /// <summary>Headers with a meaning of their own. Who somebody is must not stand where a browser, or what forwards a request, writes something else.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Cookie", "Authorization", "Proxy-Authorization", "Origin", "Referer", "Connection", "Upgrade", "Content-Type", "Content-Length", "Transfer-Encoding", "Accept", "User-Agent",
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl",
    };

    public static ProxyOptions Read(IConfiguration configuration, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(errors);
        var defaults = new ProxyOptions();
        var options = new ProxyOptions
        {
            IdentityHeader = Header("IdentityHeader") ?? defaults.IdentityHeader,
            NameHeader = Header("NameHeader"),
            GroupsHeader = Header("GroupsHeader") ?? defaults.GroupsHeader,
            SecretHeader = Header("SecretHeader") ?? defaults.SecretHeader,
            Secret = Text("Secret"),
            Roles = RoleMapping.Read(configuration, ProxyOptions.Section, errors),
            SignOutUrl = Text("SignOutUrl"),
        };
        if (options.Secret is { Length: < ProxyOptions.LeastSecret })
        {
            errors.Add($"{ProxyOptions.Section}:Secret has fewer than {ProxyOptions.LeastSecret} characters. Make one with: openssl rand -hex 32");
        }

        var names = new[] { options.IdentityHeader, options.GroupsHeader, options.SecretHeader }.Concat(options.NameHeader is { } name ? [name] : []).ToArray();
        foreach (var twice in names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            errors.Add($"{ProxyOptions.Section} names the header {twice.Key} for more than one purpose. Each needs its own.");
        }

        if (options.SignOutUrl is { } url && !Edge.LocalUrl.IsLocal(url) && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { UserInfo: "" } && uri.Scheme == Uri.UriSchemeHttps))
        {
            errors.Add($"{ProxyOptions.Section}:SignOutUrl is \"{url}\": use a path of the proxy (/oauth2/sign_out) or an https address without user name.");
        }

        return options;

        string? Text(string name) => configuration[$"{ProxyOptions.Section}:{name}"]?.Trim() is { Length: > 0 } text ? text : null;

        string? Header(string name)
        {
            if (Text(name) is not { } text) return null;
            if (Reserved.Contains(text))
            {
                errors.Add($"{ProxyOptions.Section}:{name} is \"{text}\", which means something else. Use a header of your own, for instance X-Forwarded-User, which the proxy sets and takes from browsers.");
                return null;
            }

            if (text.All(character => char.IsAsciiLetterOrDigit(character) || Token.Contains(character, StringComparison.Ordinal))) return text;
            errors.Add($"{ProxyOptions.Section}:{name} is \"{text}\", which is no name of a header.");
            return null;
        }
    }
}
