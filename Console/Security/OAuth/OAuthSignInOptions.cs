namespace Qmtl.Console.Security.OAuth;

/// <summary>Mode OAuth. Settings <c>SignIn:OAuth:*</c>.</summary>
public sealed record OAuthSignInOptions
{
    public const string Section = "SignIn:OAuth";

    public string AuthorizationEndpoint { get; init; } = "";

    public string TokenEndpoint { get; init; } = "";

    public string UserInfoEndpoint { get; init; } = "";

    public string ClientId { get; init; } = "";

    public string ClientSecret { get; init; } = "";

    /// <summary>What is asked for.</summary>
    public IReadOnlyList<string> Scope { get; init; } = ["openid", "profile", "groups", "offline_access"];

    /// <summary>Member of the UserInfo answer with the user's stable id.</summary>
    public string IdClaim { get; init; } = "sub";

    /// <summary>Member with the name for people.</summary>
    public string NameClaim { get; init; } = "name";

    /// <summary>Member with the groups: a list, or one text with spaces or commas.</summary>
    public string GroupsClaim { get; init; } = "groups";

    public RoleMapping Roles { get; init; } = RoleMapping.Empty;

    public static OAuthSignInOptions Read(IConfiguration configuration, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(errors);
        var defaults = new OAuthSignInOptions();
        var scope = SettingList.Of(configuration, $"{Section}:Scope");
        return new()
        {
            AuthorizationEndpoint = Address("AuthorizationEndpoint"),
            TokenEndpoint = Address("TokenEndpoint"),
            UserInfoEndpoint = Address("UserInfoEndpoint"),
            ClientId = Needed("ClientId"),
            ClientSecret = Needed("ClientSecret"),
            Scope = scope.Count > 0 ? scope : defaults.Scope,
            IdClaim = Text("IdClaim") ?? defaults.IdClaim,
            NameClaim = Text("NameClaim") ?? defaults.NameClaim,
            GroupsClaim = Text("GroupsClaim") ?? defaults.GroupsClaim,
            Roles = RoleMapping.Read(configuration, Section, errors),
        };

        string? Text(string name) => configuration[$"{Section}:{name}"]?.Trim() is { Length: > 0 } text ? text : null;

        string Needed(string name)
        {
            if (Text(name) is { } text) return text;
            errors.Add($"SignIn:Mode is OAuth, and {Section}:{name} is not set. Your identity provider gives it when the console is registered there.");
            return "";
        }

        string Address(string name)
        {
            var text = Needed(name);
            if (text.Length == 0) return "";
            if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && Edge.LoopbackNames.IsLoopback(uri.Host)))) return text;
            errors.Add($"{Section}:{name} is \"{text}\": use an https address.");
            return "";
        }
    }
}
